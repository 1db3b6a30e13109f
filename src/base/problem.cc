#include "base/problem.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace base {

std::string Problem::text() const {
  auto place = file;
  if (line > 0) place += fmt::format(":{}:{}", line, column);
  if (!place.empty()) place += ": ";
  return hint.empty() ? place + what : fmt::format("{}{}; {}", place, what, hint);
}

std::string to_text(const Problems& problems) {
  auto sorted = problems;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  std::string text;
  for (const auto& problem : sorted)
    text += problem.text() + "\n";
  return text;
}

}  // namespace base
