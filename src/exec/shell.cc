#include "exec/shell.h"

namespace exec {

namespace {

bool is_plain(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  return !text.empty() && text.find_first_not_of(kPlain) == std::string::npos;
}

}  // namespace

std::string shell_word(const std::string& text) {
  if (is_plain(text)) return text;
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words)
    line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

}  // namespace exec
