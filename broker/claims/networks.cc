#include "broker/claims/networks.h"

#include "base/text.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <arpa/inet.h>

namespace broker {

namespace {

using Bytes = std::vector<std::uint8_t>;

// 4 or 16 bytes; an IPv4 address in IPv6's clothes is the IPv4 address.
std::optional<Bytes> address_bytes(const std::string& text) {
  Bytes bytes(16);
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    bytes.resize(4);
    return bytes;
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  static const Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    bytes.erase(bytes.begin(), bytes.begin() + 12);
  }
  return bytes;
}

struct Network {
  Bytes address;
  std::size_t bits;
};

std::optional<Network> parse(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  auto address = address_bytes(text.substr(0, slash));
  const auto bits = base::parse_int(text.substr(slash + 1));
  if (!address || !bits || *bits < 0) return std::nullopt;
  if (static_cast<std::size_t>(*bits) > address->size() * 8) return std::nullopt;
  return Network{*std::move(address), static_cast<std::size_t>(*bits)};
}

}  // namespace

bool is_network(const std::string& text) {
  return parse(text).has_value();
}

bool network_contains(const std::string& network, const std::string& address) {
  const auto net = parse(network);
  const auto bytes = address_bytes(address);
  if (!net || !bytes || bytes->size() != net->address.size()) return false;
  for (std::size_t bit = 0; bit < net->bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((net->address[bit / 8] ^ (*bytes)[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace broker
