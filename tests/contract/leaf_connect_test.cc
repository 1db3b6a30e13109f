#include "contract/leaf_connect.h"

#include "contract/user_creds.h"

#include <doctest/doctest.h>

TEST_SUITE("contract: leaf nodes") {
  TEST_CASE("a CONNECT says what it has to say, and is read as it was said") {
    contract::LeafConnect connect;
    connect.version = "2.10.27";
    connect.server_id = "NEDGE";
    connect.name = "edge";
    connect.headers = true;
    connect.deny_publish = {"secret.>"};
    connect.remote_account = "$G";
    connect.protocol = 1;
    const std::string text = contract::to_json(connect).dump();
    CHECK(text == R"({"version":"2.10.27","server_id":"NEDGE","name":"edge","headers":true,)"
                  R"("deny_pub":["secret.>"],"remote_account":"$G","protocol":1})");
    const auto read = contract::read_leaf_connect(text);
    REQUIRE(read);
    CHECK(*read == connect);
  }

  TEST_CASE("a client that came to the wrong port shows by its language") {
    const auto read = contract::read_leaf_connect(R"({"lang":"go","verbose":true})");
    REQUIRE(read);
    CHECK(read->lang == "go");
    CHECK_FALSE(contract::read_leaf_connect(R"({"name":7})"));
  }

  TEST_CASE("a credentials file has a JWT and a seed between dashed lines") {
    const auto creds = contract::read_user_creds(
        "-----BEGIN NATS USER JWT-----\neyJ0.e30.x\n------END NATS USER JWT------\n\n"
        "*** IMPORTANT ***\n"
        "-----BEGIN USER NKEY SEED-----\r\nSUAM\r\n------END USER NKEY SEED------\r\n");
    REQUIRE(creds);
    CHECK(creds->jwt == "eyJ0.e30.x");
    CHECK(creds->seed == "SUAM");
    CHECK_FALSE(contract::read_user_creds("eyJ0\nSUAM\n"));
  }
}
