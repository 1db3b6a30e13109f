#include "broker/claims/account_claims.h"
#include "broker/claims/operator_claims.h"
#include "broker/claims/token.h"
#include "broker/claims/user_claims.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/mint.h"

#include <doctest/doctest.h>

namespace {

using contract::NkeyKind;
using support::KeyPair;

const KeyPair kOperator = KeyPair::named(NkeyKind::root, "op");
const KeyPair kAccount = KeyPair::named(NkeyKind::account, "a");
const KeyPair kUser = KeyPair::named(NkeyKind::user, "u");

std::vector<std::string> good_claims() {
  const auto op = kOperator.public_key();
  const auto account = kAccount.public_key();
  return {
      R"({"sub":")" + op +
          R"(","nats":{"type":"operator","version":2,"signing_keys":[],"system_account":")" +
          account + R"("}})",
      R"({"sub":")" + account +
          R"(","name":"A","nats":{"type":"account","version":2,"limits":{"conn":5,"subs":-1,"payload":9},)"
          R"("exports":[{"name":"x","subject":"x.>","type":"stream","token_req":true}],)"
          R"("imports":[{"name":"y","subject":"y.*","account":")" +
          account +
          R"(","type":"service","local_subject":"z.$1"}],"mappings":{"a":[{"subject":"b","weight":50}]},)"
          R"("revocations":{"*":7},"default_permissions":{"pub":{"allow":["a"]}}}})",
      R"({"sub":")" + kUser.public_key() +
          R"(","exp":99,"nats":{"type":"user","version":2,"pub":{"allow":["a.>"],"deny":["a.b q"]},"sub":{},)"
          R"("resp":{"max":1,"ttl":5},"subs":7,"src":["10.0.0.0/8"],"times":[{"start":"01:02:03","end":"04:05:06"}],)"
          R"("allowed_connection_types":["STANDARD"],"tags":["t:1"]}})"};
}

void read_all(std::string_view token) {
  static_cast<void>(broker::decode_token(token));
  static_cast<void>(broker::decode_operator(token));
  static_cast<void>(broker::decode_account(token));
  static_cast<void>(broker::decode_user(token));
}

}  // namespace

TEST_SUITE("fuzz: claims") {
  TEST_CASE(
      "no text that is offered as a JWT does harm, and none is taken whose signature is "
      "another's") {
    std::vector<std::string> tokens;
    for (const auto& claims : good_claims())
      tokens.push_back(support::make_jwt(*base::Json::parse(claims), kOperator));
    const fuzz::Target target = {
        "token", tokens, {".", "..", "=", "-", "_", "eyJ0eXAiOiJKV1QifQ", "A", "\n", "----"}};
    fuzz::try_in_depth(target, [&](std::string_view input) {
      read_all(input);
      const auto token = broker::decode_token(input);
      if (!token) return;
      const auto signed_part = input.substr(0, input.rfind('.'));
      const bool known = std::any_of(tokens.begin(), tokens.end(), [&](const auto& good) {
        return good.substr(0, good.rfind('.')) == signed_part;
      });
      if (!known) FAIL("taken: " << std::string(input));
    });
  }

  TEST_CASE("no claims that somebody signed do harm") {
    const fuzz::Target target = {"claims",
                                 good_claims(),
                                 {"{",
                                  "}",
                                  "[",
                                  "]",
                                  ",",
                                  ":",
                                  "\"",
                                  "null",
                                  "true",
                                  "-1",
                                  "1e99",
                                  "9223372036854775808",
                                  "{\"type\":\"account\"}",
                                  "\"exports\":[{}]",
                                  "\"imports\":[null]",
                                  "\"limits\":7",
                                  "\"times\":[{}]",
                                  "\"src\":[\"x\"]",
                                  ">",
                                  "*",
                                  "$1",
                                  "\\u0000",
                                  kAccount.public_key()}};
    fuzz::try_many(target, [](std::string_view input) {
      auto json = base::Json::parse(std::string(input));
      if (!json || !json->is_object()) return;
      for (const auto& signer : {kOperator, kAccount})
        read_all(support::make_jwt(*json, signer));
    });
  }
}
