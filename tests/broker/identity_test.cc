#include "broker/server/identity.h"

#include <doctest/doctest.h>

using namespace broker;

TEST_SUITE("broker: server identity") {
  TEST_CASE("a server id is shaped like an nkey of a server, and new each time") {
    const std::string id = make_server_id();
    CHECK(id.size() == 56);
    CHECK(id[0] == 'N');
    CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == std::string::npos);
    CHECK(make_server_id() != id);
  }

  // The public key of the nkeys library's example user.
  TEST_CASE("a key is written with its checksum as the nkeys library writes it") {
    const std::string known = "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK";
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::vector<std::uint8_t> raw;
    unsigned waiting = 0;
    int bits = 0;
    for (const char c : known) {
      waiting = (waiting << 5 | static_cast<unsigned>(letters.find(c))) & 0xFFFF;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        raw.push_back(static_cast<std::uint8_t>(waiting >> bits));
      }
    }
    REQUIRE(raw.size() == 35);
    std::array<std::uint8_t, 32> bytes{};
    std::copy(raw.begin() + 1, raw.begin() + 33, bytes.begin());
    CHECK(nkey_text(raw[0], bytes) == known);
  }
}
