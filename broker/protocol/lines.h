#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The lines that are said now and then, so that a string is cheap enough.
namespace broker {

std::string err_line(std::string_view text);   // "-ERR 'text'\r\n"
std::string info_line(std::string_view json);  // "INFO {...} \r\n", the blank as nats-server has it
std::string connect_line(std::string_view json);  // "CONNECT {...}\r\n"

// "RS+ account subject\r\n"; with a queue "RS+ account subject queue weight\r\n".
std::string rs_plus_line(std::string_view account,
                         std::string_view subject,
                         std::string_view queue,
                         std::int64_t weight);

// "A- account\r\n": across a gateway, nothing of this account is wanted.
std::string a_minus_line(std::string_view account);

// "RS- account subject[ queue]\r\n"
std::string rs_minus_line(std::string_view account,
                          std::string_view subject,
                          std::string_view queue);

// The same for leaf nodes of the cluster `origin`: "LS+ origin account subject[ queue weight]\r\n",
// "LS- origin account subject[ queue]\r\n".
std::string routed_ls_plus_line(std::string_view origin,
                                std::string_view account,
                                std::string_view subject,
                                std::string_view queue,
                                std::int64_t weight);
std::string routed_ls_minus_line(std::string_view origin,
                                 std::string_view account,
                                 std::string_view subject,
                                 std::string_view queue);

// To a leaf node or a hub: "LS+ subject[ queue weight]\r\n", "LS- subject[ queue]\r\n".
std::string ls_plus_line(std::string_view subject, std::string_view queue, std::int64_t weight);
std::string ls_minus_line(std::string_view subject, std::string_view queue);

}  // namespace broker
