#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// The header block of a message: "NATS/1.0\r\nName: value\r\n\r\n", then the payload.
// Source: docs.nats.io/reference/reference-protocols/nats-protocol (HPUB); nats-server
// server/client.go (setHeader, sliceHeader)
namespace broker {

// A message's body (headers and payload) and how much of it is headers.
struct HeadedBody {
  std::string bytes = {};
  std::size_t header_bytes = 0;
};

// `body` with the header `name` set to `value`; one of that name that was there gives way.
HeadedBody with_header(std::string_view body,
                       std::size_t header_bytes,
                       std::string_view name,
                       std::string_view value);

// The value of a header, without blanks around it; empty when there is none of that name.
std::string_view find_header(std::string_view headers, std::string_view name);

}  // namespace broker
