#include "plan/variables.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace plan {

namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  });
}

// The word in "{word}" at the start of `text`; empty when there is none.
std::string_view braced_word(std::string_view text) {
  if (!text.starts_with('{')) return {};
  const auto end = text.find('}');
  if (end == std::string_view::npos) return {};
  const auto word = text.substr(1, end - 1);
  return is_word(word) ? word : std::string_view();
}

base::Result<std::string> value_of(const std::string& name, const Variables& variables) {
  const auto at = variables.values.find(name);
  if (at != variables.values.end()) return at->second;
  std::vector<std::string> known;
  for (const auto& [word, value] : variables.values)
    known.push_back("{" + word + "}");
  return base::Error(
      base::ErrorCode::invalid,
      fmt::format("there is no variable {{{}}}; known here: {}. For a brace write two",
                  name,
                  known.empty() ? "none" : base::join(known, ", ")));
}

}  // namespace

base::Result<std::string> expand(std::string_view text, const Variables& variables) {
  std::string result;
  while (!text.empty()) {
    if (text.starts_with("$${")) {
      const auto end = std::min(text.find('}'), text.size() - 1);
      result += text.substr(1, end);
      text.remove_prefix(end + 1);
    } else if (text.starts_with("{{") && !braced_word(text.substr(1)).empty()) {
      const auto word = braced_word(text.substr(1));
      result += fmt::format("{{{}}}", word);
      text.remove_prefix(word.size() + 3);
      if (text.starts_with('}')) text.remove_prefix(1);
    } else if (text.starts_with("${") && !braced_word(text.substr(1)).empty() &&
               variables.environment) {
      const std::string name(braced_word(text.substr(1)));
      const auto value = variables.environment(name);
      if (!value) {
        return base::Error(
            base::ErrorCode::invalid,
            fmt::format(
                "the environment variable {} is not set; export it, or write the value here",
                name));
      }
      result += *value;
      text.remove_prefix(name.size() + 3);
    } else if (!text.starts_with("${") && !braced_word(text).empty()) {
      const std::string name(braced_word(text));
      result += TRY(value_of(name, variables));
      text.remove_prefix(name.size() + 2);
    } else {
      // "${" that is not ours is taken whole, or its brace would be looked at as {name} next.
      const std::size_t taken = text.starts_with("${") ? 2 : 1;
      result += text.substr(0, taken);
      text.remove_prefix(taken);
    }
  }
  return result;
}

}  // namespace plan
