#include "exec/version_line.h"

#include "base/text.h"

namespace exec {

std::string version_in(const std::string& said) {
  const auto text = base::trim(said);
  const auto marker = text.rfind(": v");
  return marker == std::string_view::npos ? std::string() : std::string(text.substr(marker + 3));
}

}  // namespace exec
