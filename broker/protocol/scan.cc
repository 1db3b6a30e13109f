#include "broker/protocol/scan.h"

namespace broker {

std::string_view take_last_token(std::string_view& line) {
  std::size_t end = line.size();
  while (end > 0 && is_blank(line[end - 1]))
    --end;
  std::size_t begin = end;
  while (begin > 0 && !is_blank(line[begin - 1]))
    --begin;
  const std::string_view token = line.substr(begin, end - begin);
  line = line.substr(0, begin);
  return token;
}

std::string_view trim_blanks(std::string_view line) {
  while (!line.empty() && is_blank(line.front()))
    line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back()))
    line.remove_suffix(1);
  return line;
}

}  // namespace broker
