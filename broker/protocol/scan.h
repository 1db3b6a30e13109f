#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Tokens and numbers out of a control line. A token is a run of anything but blanks and tabs.
namespace broker {

inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Takes the next token off the front of `line`; empty when there is none.
//
//   std::string_view line = "foo  bar";   take_token(line) == "foo"; take_token(line) == "bar"
inline std::string_view take_token(std::string_view& line) {
  std::size_t begin = 0;
  while (begin < line.size() && is_blank(line[begin]))
    ++begin;
  std::size_t end = begin;
  while (end < line.size() && !is_blank(line[end]))
    ++end;
  const std::string_view token = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return token;
}

// Takes the last token off the end of `line`; empty when there is none.
std::string_view take_last_token(std::string_view& line);

// Without blanks and tabs at both ends.
std::string_view trim_blanks(std::string_view line);

// Decimal digits only, at most nine of them as in nats-server; nullopt otherwise.
inline std::optional<std::int64_t> read_number(std::string_view digits) {
  constexpr std::size_t kMostDigits = 9;  // nats-server server/util.go (parseSize)
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  std::int64_t number = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  return number;
}

// Calls `use(token)` for each token, in order.
template <class Use>
void for_each_token(std::string_view line, Use&& use) {
  for (std::string_view token = take_token(line); !token.empty(); token = take_token(line))
    use(token);
}

}  // namespace broker
