#include "contract/nkey.h"

#include "base/base64.h"

#include <doctest/doctest.h>

// Seeds and keys as the nkeys library of NATS pairs them.
TEST_SUITE("contract: nkey") {
  TEST_CASE("a seed has one public key, of the seed's kind") {
    CHECK(*contract::public_nkey("SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y") ==
          "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK");
    CHECK(*contract::public_nkey("SAAACAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAKM5I") ==
          "ACFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYYOU");
  }

  TEST_CASE("what is no seed is refused, and never shown") {
    for (const std::string wrong : {"",
                                    "SUAAA",
                                    "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK",
                                    "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776A",
                                    "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776!"}) {
      CAPTURE(wrong);
      const auto key = contract::public_nkey(wrong);
      REQUIRE_FALSE(key);
      CHECK((wrong.empty() || key.error().what.find(wrong) == std::string::npos));
    }
  }

  TEST_CASE("a seed is found alone in a file and between the dashes of a credentials file") {
    const std::string seed = "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y";
    CHECK(*contract::seed_in(seed + "\n") == seed);
    CHECK(*contract::seed_in("-----BEGIN USER NKEY SEED-----\n" + seed +
                             "\n------END USER NKEY SEED------\n") == seed);
    CHECK_FALSE(contract::seed_in("a password\n"));
  }

  TEST_CASE("a user's public key has the right kind, length and check sum") {
    const auto is_user = [](const std::string& text) {
      return contract::is_nkey(text, contract::NkeyKind::user);
    };
    CHECK(is_user("UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK"));
    CHECK_FALSE(is_user("UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKA"));
    CHECK_FALSE(is_user("UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLK"));
    CHECK_FALSE(is_user("SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y"));
    CHECK_FALSE(is_user(""));
    CHECK_FALSE(is_user("ACFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYYOU"));
    CHECK(contract::is_nkey("ACFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYYOU",
                            contract::NkeyKind::account));
  }

  TEST_CASE("what a seed signs, its public key verifies") {
    constexpr const char* kSeed = "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y";
    const auto signature = contract::nkey_sign(kSeed, "nonce");
    REQUIRE(signature);
    CHECK(signature->size() == 64);
    const auto key = contract::public_nkey(kSeed);
    REQUIRE(key);
    CHECK(contract::nkey_verifies(*key, "nonce", base::to_base64url(*signature)));
    CHECK_FALSE(contract::nkey_verifies(*key, "other", base::to_base64url(*signature)));
    CHECK_FALSE(contract::nkey_sign(*key, "nonce"));
  }

  TEST_CASE("32 bytes are written as a key of a kind, which the first letter shows") {
    const std::string bytes(32, '\7');
    for (const auto& [kind, letter] : {std::pair{contract::NkeyKind::server, 'N'},
                                       std::pair{contract::NkeyKind::root, 'O'},
                                       std::pair{contract::NkeyKind::account, 'A'},
                                       std::pair{contract::NkeyKind::user, 'U'}}) {
      const auto text = contract::nkey_text(kind, bytes);
      CHECK(text.size() == 56);
      CHECK(text[0] == letter);
      CHECK(contract::is_nkey(text, kind));
    }
  }

  // Signed with OpenSSL by the seed above.
  TEST_CASE("what the owner of a key signed is told from what others did") {
    const std::string key = "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK";
    const std::string nonce = "EIw2qTyijJ9g6BU";
    const std::string good =
        "fs2ItV3olteheDe9l0IJ3aJSDkLAAauycj7TwzTUilllUZqcmEW6VsoDzQoZF2gZl7EtqnnY9D0iwhwOpmulCQ";
    CHECK(contract::nkey_verifies(key, nonce, good));
    CHECK(contract::nkey_verifies(key,
                                  nonce,
                                  "fs2ItV3olteheDe9l0IJ3aJSDkLAAauycj7TwzTUilllUZqcmEW6VsoDzQoZF2gZ"
                                  "l7EtqnnY9D0iwhwOpmulCQ=="));
    CHECK_FALSE(contract::nkey_verifies(key, "EIw2qTyijJ9g6BV", good));
    CHECK_FALSE(contract::nkey_verifies(key, nonce, "AAAA"));
    CHECK_FALSE(contract::nkey_verifies(key, nonce, ""));
    CHECK_FALSE(contract::nkey_verifies("", nonce, good));
  }
}
