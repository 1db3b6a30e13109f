#include "contract/nkey.h"

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
}
