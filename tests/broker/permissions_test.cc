#include "broker/accounts/permissions.h"

#include "broker/accounts/authenticator.h"
#include "broker/accounts/password.h"
#include "broker/exchange/destination.h"

#include <doctest/doctest.h>

using namespace broker;
using Subscribing = Permissions::Subscribing;

namespace {

Permissions with(const std::function<void(PermissionRules&)>& set) {
  PermissionRules rules;
  set(rules);
  return Permissions(std::move(rules));
}

}  // namespace

TEST_SUITE("broker: permissions") {
  TEST_CASE("no rules allow everything") {
    const Permissions all{PermissionRules{}};
    CHECK(all.may_publish("a.b"));
    CHECK(all.may_subscribe(">", "") == Subscribing::allowed);
  }

  TEST_CASE("deny wins over allow") {
    const auto permissions = with([](PermissionRules& rules) {
      rules.publish.allow = {"a.>"};
      rules.publish.deny = {"a.b"};
    });
    CHECK(permissions.may_publish("a.c"));
    CHECK_FALSE(permissions.may_publish("a.b"));
    CHECK_FALSE(permissions.may_publish("b"));
  }

  TEST_CASE("an empty allow list allows nothing") {
    CHECK_FALSE(
        with([](PermissionRules& rules) { rules.publish.allow.emplace(); }).may_publish("a"));
  }

  TEST_CASE("a subscription must lie within what is allowed") {
    const auto permissions = with([](PermissionRules& rules) { rules.subscribe.allow = {"a.*"}; });
    CHECK(permissions.may_subscribe("a.b", "") == Subscribing::allowed);
    CHECK(permissions.may_subscribe("a.*", "q") == Subscribing::allowed);
    CHECK(permissions.may_subscribe("a.>", "") == Subscribing::denied);
    CHECK(permissions.may_subscribe(">", "") == Subscribing::denied);
  }

  TEST_CASE("a wildcard over something denied is filtered, within it denied") {
    const auto permissions = with([](PermissionRules& rules) { rules.subscribe.deny = {"d.*"}; });
    CHECK(permissions.may_subscribe("d.x", "") == Subscribing::denied);
    CHECK(permissions.may_subscribe("d.*", "") == Subscribing::denied);
    CHECK(permissions.may_subscribe("d.>", "") ==
          Subscribing::denied);  // by the letter, as real servers
    CHECK(permissions.may_subscribe(">", "") == Subscribing::filtered);
    CHECK(permissions.may_subscribe("*.x", "") == Subscribing::filtered);
    CHECK(permissions.may_subscribe("e.x", "") == Subscribing::allowed);
    CHECK(permissions.denied()->match("d.x"));
  }

  TEST_CASE("a rule may name the queue, with wildcards") {
    const auto permissions = with([](PermissionRules& rules) {
      rules.subscribe.allow = {"q.> v1.*", "a"};
    });
    CHECK(permissions.may_subscribe("q.x", "v1.prod") == Subscribing::allowed);
    CHECK(permissions.may_subscribe("q.x", "v2.prod") == Subscribing::denied);
    CHECK(permissions.may_subscribe("q.x", "") == Subscribing::denied);
    CHECK(permissions.may_subscribe("a", "any") == Subscribing::allowed);
  }

  TEST_CASE("allow_responses alone denies all other publishing") {
    const auto service =
        with([](PermissionRules& rules) { rules.allow_responses = ResponseRules{}; });
    CHECK_FALSE(service.may_publish("a"));
    const auto both = with([](PermissionRules& rules) {
      rules.allow_responses = ResponseRules{};
      rules.publish.allow = {"a"};
    });
    CHECK(both.may_publish("a"));
  }

  TEST_CASE("permits to answer end with their count or their time") {
    const base::Time start{};
    ReplyPermits two(ResponseRules{2, std::chrono::minutes(1)});
    two.grant("inbox", start);
    CHECK(two.use("inbox", start));
    CHECK(two.use("inbox", start));
    CHECK_FALSE(two.use("inbox", start));
    two.grant("late", start);
    CHECK_FALSE(two.use("late", start + std::chrono::minutes(2)));
    ReplyPermits endless(ResponseRules{-1, base::nanoseconds(-1)});
    endless.grant("inbox", start);
    for (int i = 0; i < 100; ++i)
      CHECK(endless.use("inbox", start + std::chrono::hours(i)));
  }
}

TEST_SUITE("broker: passwords and users") {
  TEST_CASE("plain and bcrypt") {
    CHECK(password_matches("wonder", "wonder"));
    CHECK_FALSE(password_matches("wonder", "Wonder"));
    CHECK_FALSE(password_matches("wonder", ""));
    const std::string hash = "$2a$04$8MlWvGzDkOvC/6D9y5l7heYhmk4QyVx/cZ6mHJVafcVFFB26JnwMu";
    CHECK(is_bcrypt(hash));
    CHECK_FALSE(is_bcrypt("$2a$x"));
    CHECK(password_matches(hash, "secret"));
    CHECK_FALSE(password_matches(hash, "wrong"));
    CHECK_FALSE(password_matches(hash, hash));
  }

  TEST_CASE("a reload compares only passwords that changed") {
    AccountTable accounts;
    AuthRules rules;
    rules.users = {{"alice", "one", "", std::nullopt}};
    const Authenticator before(rules, accounts);
    rules.users[0].account = "TOYS";
    const Authenticator moved(rules, accounts);
    CHECK(moved.reconsider({"alice", "whatever it was", ""}, before)->account->name() == "TOYS");
    rules.users[0].password = "two";
    const Authenticator changed(rules, accounts);
    CHECK_FALSE(changed.reconsider({"alice", "one", ""}, before));
    rules.users.clear();
    CHECK(Authenticator(rules, accounts).reconsider({"alice", "one", ""}, before)->user == "");
  }

  TEST_CASE("a missing no_auth_user opens no door") {
    AccountTable accounts;
    AuthRules rules;
    rules.token = "t";
    rules.no_auth_user = "nobody";
    const Authenticator authenticator(rules, accounts);
    CHECK(authenticator.required());
    CHECK_FALSE(authenticator.authenticate({}));
    CHECK(authenticator.authenticate({"", "", "t"}));
  }
}
