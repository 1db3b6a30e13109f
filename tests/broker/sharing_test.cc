// How accounts share: what may be imported, how it is called, and what reaches whom.
#include "broker/exchange/sharing.h"

#include "broker/accounts/sharing_check.h"
#include "tests/broker/session_host.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

ImportedStream planned(const StreamImport& import) {
  auto made = plan_import(import);
  REQUIRE(made);
  return *std::move(made);
}

// One mistake, or none.
std::string mistake(std::vector<AccountRules> accounts) {
  const auto mistakes = sharing_mistakes(accounts, true);
  CHECK(mistakes.size() <= 1);
  return mistakes.empty() ? "none" : mistakes.front();
}

std::vector<AccountRules> a_and_b(AccountRules a, AccountRules b) {
  a.name = "A";
  b.name = "B";
  return {std::move(a), std::move(b)};
}

AuthRules two_users() {
  AuthRules rules;
  rules.users = {{.name = "ann", .password = "a", .account = "A"},
                 {.name = "ben", .password = "b", .account = "B"}};
  return rules;
}

support::Wire connect(SessionHost& host, const std::string& user, const std::string& password) {
  return host.connect("{\"verbose\":false,\"user\":\"" + user + "\",\"pass\":\"" + password +
                      "\"}");
}

}  // namespace

TEST_SUITE("broker: sharing") {
  TEST_CASE("a stream's subjects are called as the import says") {
    CHECK(planned({.account = "A", .subject = "a.>"}).translate("a.b") == "a.b");
    CHECK(planned({.account = "A", .subject = "a.>", .prefix = "p"}).translate("a.b") == "p.a.b");
    CHECK(planned({.account = "A", .subject = "a.*.*", .to = "x.$2.$1"}).translate("a.b.c") ==
          "x.c.b");
    CHECK(planned({.account = "A", .subject = "a", .to = "x"}).translate("a") == "x");
  }

  TEST_CASE("a subscription wants of a stream what both have in common") {
    const auto stream = planned({.account = "A", .subject = "a.*.*", .to = "x.$2.$1"});
    CHECK(wanted_there(stream, "x.*.*") == "a.*.*");
    CHECK(wanted_there(stream, ">") == "a.*.*");
    CHECK(wanted_there(stream, "x.1.2") == "a.2.1");
    CHECK(wanted_there(stream, "x.1.*") == "a.*.1");
    CHECK(wanted_there(stream, "*.1.2") == "a.2.1");
    CHECK(wanted_there(stream, "x.1.>") == "a.*.1");
    CHECK_FALSE(wanted_there(stream, "y.1.2"));
    CHECK_FALSE(wanted_there(stream, "y.>"));
    CHECK_FALSE(wanted_there(stream, "x.1"));
    const auto same = planned({.account = "A", .subject = "a.>"});
    CHECK(wanted_there(same, "a.b") == "a.b");
    CHECK(wanted_there(same, "*.b") == "a.b");
    CHECK(wanted_there(same, ">") == "a.>");
  }

  TEST_CASE("an import needs an export that is for its account") {
    const StreamImport import{.account = "A", .subject = "a.b"};
    const std::string refused = "Error adding stream import \"a.b\": stream import not authorized";
    CHECK(mistake(a_and_b({}, {.stream_imports = {import}})) == refused);
    CHECK(mistake(a_and_b({.stream_exports = {{"a.>"}}}, {.stream_imports = {import}})) == "none");
    CHECK(mistake(a_and_b({.stream_exports = {{"a.>", {.accounts = {"A"}}}}},
                          {.stream_imports = {import}})) == refused);
    CHECK(mistake(a_and_b({.stream_exports = {{"a.>", {.accounts = {"B"}}}}},
                          {.stream_imports = {import}})) == "none");
    CHECK(mistake(a_and_b({.stream_exports = {{"a.*", {.account_position = 2}}}},
                          {.stream_imports = {import}})) == refused);
    CHECK(mistake(a_and_b({.stream_exports = {{"a.*", {.account_position = 2}}}},
                          {.stream_imports = {{.account = "A", .subject = "a.B"}}})) == "none");
    CHECK(mistake(a_and_b({.service_exports = {{.subject = "a.b"}}},
                          {.stream_imports = {import}})) == refused);
    CHECK(mistake(a_and_b({.stream_exports = {{"a.>", {.by_token = true}}}},
                          {.stream_imports = {import}})) == refused);
    CHECK(mistake(a_and_b({.stream_exports = {{"a.>", {.by_token = true}}}},
                          {.stream_imports = {
                               {.account = "A", .subject = "a.b", .permitted = true}}})) == "none");
  }

  TEST_CASE("what leads back to itself is refused") {
    AccountRules a{.name = "A", .stream_exports = {{"a.>"}}};
    AccountRules b{.name = "B", .stream_exports = {{"b.>"}}};
    a.stream_imports = {{.account = "B", .subject = "b.>", .to = "a.>"}};
    b.stream_imports = {{.account = "A", .subject = "a.>", .to = "b.>"}};
    CHECK(mistake({a, b}) == "Error adding stream import \"a.>\": import forms a cycle");
    AccountRules c{.name = "A", .service_exports = {{.subject = "s"}}};
    AccountRules d{.name = "B", .service_exports = {{.subject = "s"}}};
    c.service_imports = {{.account = "B", .subject = "s"}};
    d.service_imports = {{.account = "A", .subject = "s"}};
    CHECK(mistake({c, d}) == "Error adding service import \"s\": import forms a cycle");
  }

  TEST_CASE("who is connected follows its account's imports as they change") {
    SessionHost host({}, 2, two_users());
    const auto share = [&](std::vector<AccountRules> rules) {
      apply_rules(host.exchange(), host.accounts(), rules);
      host.on_each_session([](ClientSession& session) { session.renew_account(); });
    };
    auto ann = connect(host, "ann", "a");
    auto ben = connect(host, "ben", "b");
    ben.send("SUB > 1");
    ben.sync();
    ann.send_raw("PUB a.x 1\r\n0\r\n");
    ann.sync();
    share(a_and_b({.stream_exports = {{"a.>"}}},
                  {.stream_imports = {{.account = "A", .subject = "a.>", .prefix = "p"}}}));
    ann.send_raw("PUB a.x 1\r\n1\r\n");
    CHECK(ben.line() == "MSG p.a.x 1 1");
    CHECK(ben.line() == "1");
    share(a_and_b({.stream_exports = {{"a.>"}}},
                  {.stream_imports = {{.account = "A", .subject = "a.x", .to = "other"}}}));
    ann.send_raw("PUB a.x 1\r\n2\r\n");
    CHECK(ben.line() == "MSG other 1 1");
    CHECK(ben.line() == "2");
    // The exporter's word counts at once.
    share({{.name = "A"}});
    ann.send_raw("PUB a.x 1\r\n3\r\n");
    ann.sync();
    ben.sync();
    CHECK(ben.count_messages() == 0);
    CHECK(host.accounts().add("A").subscriptions().size() == 0);
  }

  TEST_CASE("a service import is not interrupted by a change that leaves it as it is") {
    SessionHost host({}, 2, two_users());
    auto rules = a_and_b({.service_exports = {{.subject = "svc"}}},
                         {.service_imports = {{.account = "A", .subject = "svc"}}});
    apply_rules(host.exchange(), host.accounts(), rules);
    Account& importer = host.accounts().add("B");
    REQUIRE(importer.service_imports().size() == 1);
    const auto before = importer.service_imports().front();
    rules[1].service_imports.push_back({.account = "A", .subject = "svc", .to = "mine"});
    apply_rules(host.exchange(), host.accounts(), rules);
    REQUIRE(importer.service_imports().size() == 2);
    CHECK(importer.service_imports().front() == before);
    CHECK_FALSE(before->closed);
    apply_rules(host.exchange(), host.accounts(), {{.name = "B"}});
    CHECK(before->closed);
    CHECK(importer.subscriptions().size() == 0);
  }
}
