#include "broker/protocol/headers.h"

#include "broker/protocol/scan.h"

namespace broker {

namespace {

constexpr std::string_view kFirstLine = "NATS/1.0\r\n";
constexpr std::string_view kHeaderEnd = "\r\n";

// Takes a line off the front, with its line end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find(kHeaderEnd);
  const std::size_t length = end == std::string_view::npos ? text.size() : end + kHeaderEnd.size();
  const std::string_view line = text.substr(0, length);
  text.remove_prefix(length);
  return line;
}

bool is_of(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':';
}

}  // namespace

HeadedBody with_header(std::string_view body,
                       std::size_t header_bytes,
                       std::string_view name,
                       std::string_view value) {
  std::string_view headers = body.substr(0, header_bytes);
  HeadedBody result;
  result.bytes = headers.empty() ? kFirstLine : take_line(headers);
  while (!headers.empty()) {
    const std::string_view line = take_line(headers);
    if (line != kHeaderEnd && !is_of(line, name)) result.bytes += line;
  }
  result.bytes += name;
  result.bytes += ": ";
  result.bytes += value;
  result.bytes += kHeaderEnd;
  result.bytes += kHeaderEnd;
  result.header_bytes = result.bytes.size();
  result.bytes += body.substr(header_bytes);
  return result;
}

std::string_view find_header(std::string_view headers, std::string_view name) {
  take_line(headers);
  while (!headers.empty()) {
    std::string_view line = take_line(headers);
    if (!is_of(line, name)) continue;
    line.remove_prefix(name.size() + 1);
    if (line.ends_with(kHeaderEnd)) line.remove_suffix(kHeaderEnd.size());
    return trim_blanks(line);
  }
  return {};
}

}  // namespace broker
