#include "plan/source.h"

namespace plan {

std::string Source::text(const base::Yaml& yaml) const {
  return expanded(yaml.text(), yaml);
}

std::string Source::expanded(const std::string& text, const base::Yaml& yaml) const {
  auto result = expand(text, variables);
  if (result) return *std::move(result);
  yaml.complain(result.error().what);
  return text;
}

}  // namespace plan
