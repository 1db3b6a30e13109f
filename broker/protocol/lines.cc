#include "broker/protocol/lines.h"

#include <fmt/format.h>

namespace broker {

std::string err_line(std::string_view text) {
  return fmt::format("-ERR '{}'\r\n", text);
}

std::string info_line(std::string_view json) {
  return fmt::format("INFO {} \r\n", json);
}

std::string connect_line(std::string_view json) {
  return fmt::format("CONNECT {}\r\n", json);
}

std::string rs_plus_line(std::string_view account,
                         std::string_view subject,
                         std::string_view queue,
                         std::int64_t weight) {
  if (queue.empty()) return fmt::format("RS+ {} {}\r\n", account, subject);
  return fmt::format("RS+ {} {} {} {}\r\n", account, subject, queue, weight);
}

std::string a_minus_line(std::string_view account) {
  return fmt::format("A- {}\r\n", account);
}

std::string rs_minus_line(std::string_view account,
                          std::string_view subject,
                          std::string_view queue) {
  if (queue.empty()) return fmt::format("RS- {} {}\r\n", account, subject);
  return fmt::format("RS- {} {} {}\r\n", account, subject, queue);
}

std::string routed_ls_plus_line(std::string_view origin,
                                std::string_view account,
                                std::string_view subject,
                                std::string_view queue,
                                std::int64_t weight) {
  if (queue.empty()) return fmt::format("LS+ {} {} {}\r\n", origin, account, subject);
  return fmt::format("LS+ {} {} {} {} {}\r\n", origin, account, subject, queue, weight);
}

std::string routed_ls_minus_line(std::string_view origin,
                                 std::string_view account,
                                 std::string_view subject,
                                 std::string_view queue) {
  if (queue.empty()) return fmt::format("LS- {} {} {}\r\n", origin, account, subject);
  return fmt::format("LS- {} {} {} {}\r\n", origin, account, subject, queue);
}

std::string ls_plus_line(std::string_view subject, std::string_view queue, std::int64_t weight) {
  if (queue.empty()) return fmt::format("LS+ {}\r\n", subject);
  return fmt::format("LS+ {} {} {}\r\n", subject, queue, weight);
}

std::string ls_minus_line(std::string_view subject, std::string_view queue) {
  if (queue.empty()) return fmt::format("LS- {}\r\n", subject);
  return fmt::format("LS- {} {}\r\n", subject, queue);
}

}  // namespace broker
