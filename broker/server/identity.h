#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace broker {

// 32 bytes as NATS writes keys: base32 of prefix, bytes and CRC-16, 56 characters. The prefix
// decides the first one: 0x68 gives N, a server. Source: nkeys (crc16.go, strkey.go);
// docs.nats.io/running-a-nats-service/.../auth_intro/nkey_auth
std::string nkey_text(std::uint8_t prefix, const std::array<std::uint8_t, 32>& bytes);

// A new server id, different at every start: "NDJ4...". Shaped like a public key; no one has the
// private one, and nothing is ever signed with it.
std::string make_server_id();

}  // namespace broker
