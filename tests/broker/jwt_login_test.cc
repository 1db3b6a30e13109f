#include "broker/accounts/jwt_login.h"

#include "tests/support/mint.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

using contract::NkeyKind;
using support::KeyPair;
using Fetch = TrustedAccounts::Fetch;

constexpr const char* kLimits =
    R"("limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1})";

// A resolver that must be waited for.
class Remote final : public AccountResolver {
 public:
  base::Result<std::string> at_hand(const std::string&) override {
    return base::Error(base::ErrorCode::timeout, "elsewhere");
  }

  base::Result<std::string> fetch(const std::string&) override {
    ++fetches;
    if (token.empty()) return base::Error(base::ErrorCode::not_found, "nowhere");
    return token;
  }

  base::Result<void> store(const std::string&, const std::string&) override { return {}; }

  std::string token;
  int fetches = 0;
};

// An operator, an account, a user, and a clock.
class World {
 public:
  World() {
    accounts_at_ = std::make_shared<MemoryResolver>();
    trust(accounts_at_);
  }

  void trust(std::shared_ptr<AccountResolver> resolver, OperatorRules rules = {}) {
    rules.trusted_keys = {op.public_key()};
    trusted = std::make_unique<TrustedAccounts>(
        std::move(rules), table, std::move(resolver), [this] { return now; });
  }

  std::string account_jwt(const std::string& more = "", std::int64_t expires = 0) const {
    return signed_claims(acme.public_key(),
                         std::string(R"("type":"account","version":2,)") + kLimits + more,
                         op,
                         expires);
  }

  std::string user_jwt(const std::string& more = "", std::int64_t expires = 0) const {
    return signed_claims(ann.public_key(),
                         R"("type":"user","version":2,"subs":5,"data":-1,"payload":6)" + more,
                         acme,
                         expires);
  }

  void keep(const std::string& token) { REQUIRE(accounts_at_->store(acme.public_key(), token)); }

  JwtLogin enter(const std::string& jwt, Fetch fetch = Fetch::if_quick) {
    Credentials credentials;
    credentials.jwt = jwt;
    credentials.nonce = "nonce";
    credentials.signature = ann.sign("nonce");
    credentials.address = "127.0.0.1";
    return log_in(*trusted, credentials, fetch);
  }

  const KeyPair op = KeyPair::named(NkeyKind::root, "op");
  const KeyPair acme = KeyPair::named(NkeyKind::account, "acme");
  const KeyPair ann = KeyPair::named(NkeyKind::user, "ann");
  AccountTable table;
  base::WallTime now{std::chrono::seconds(1000)};
  std::unique_ptr<TrustedAccounts> trusted;

 private:
  static std::string signed_claims(const std::string& subject,
                                   const std::string& nats,
                                   const KeyPair& signer,
                                   std::int64_t expires) {
    auto claims =
        base::Json::parse(R"({"sub":")" + subject + R"(","iat":900,"nats":{)" + nats + "}}");
    REQUIRE(claims);
    if (expires != 0) claims->set("exp", expires);
    return support::make_jwt(*std::move(claims), signer);
  }

  std::shared_ptr<MemoryResolver> accounts_at_;
};

}  // namespace

TEST_SUITE("broker: logins by JWT") {
  TEST_CASE("a user is who its key is, in its account, within its limits") {
    World world;
    world.keep(world.account_jwt());
    const auto login = world.enter(world.user_jwt(R"(,"pub":{"allow":["a"]})", 2000));
    REQUIRE(login.identity);
    const Identity& ann = *login.identity;
    CHECK(ann.user == world.ann.public_key());
    CHECK(ann.account->name() == world.acme.public_key());
    CHECK(ann.permissions->may_publish("a"));
    CHECK_FALSE(ann.permissions->may_publish("b"));
    CHECK(ann.grant->max_subscriptions == 5);
    CHECK(ann.grant->max_payload == 6);
    CHECK(ann.grant->until == base::WallTime(std::chrono::seconds(2000)));
  }

  TEST_CASE("a user's time ends with its JWT or with its hours, whichever is first") {
    World world;
    world.keep(world.account_jwt());
    const std::string hours =
        R"(,"times":[{"start":"00:00:00","end":"00:20:00"}],"times_location":"UTC")";
    CHECK(world.enter(world.user_jwt(hours, 5000)).identity->grant->until ==
          base::WallTime(std::chrono::seconds(1200)));
    CHECK(world.enter(world.user_jwt(hours, 1100)).identity->grant->until ==
          base::WallTime(std::chrono::seconds(1100)));
    world.now = base::WallTime(std::chrono::seconds(1300));
    const auto late = world.enter(world.user_jwt(hours, 5000));
    CHECK_FALSE(late.identity);
    CHECK(late.loud);
  }

  TEST_CASE("an account that expired is asked for again, but not all the time") {
    World world;
    world.keep(world.account_jwt("", 1100));
    CHECK(world.enter(world.user_jwt()).identity);
    world.now = base::WallTime(std::chrono::seconds(1200));
    CHECK_FALSE(world.enter(world.user_jwt()).identity);
    world.keep(world.account_jwt("", 1300));
    CHECK(world.enter(world.user_jwt()).identity);
  }

  TEST_CASE("an account that is elsewhere is fetched when there is time for it, once") {
    World world;
    const auto remote = std::make_shared<Remote>();
    remote->token = world.account_jwt();
    world.trust(remote);
    const auto hurried = world.enter(world.user_jwt());
    CHECK_FALSE(hurried.identity);
    CHECK(hurried.must_fetch);
    CHECK(remote->fetches == 0);
    CHECK(world.enter(world.user_jwt(), Fetch::whatever_it_takes).identity);
    CHECK(world.enter(world.user_jwt()).identity);
    CHECK(remote->fetches == 1);
  }

  TEST_CASE("an account that cannot be had makes no account here") {
    World world;
    const auto remote = std::make_shared<Remote>();
    world.trust(remote);
    const auto login = world.enter(world.user_jwt(), Fetch::whatever_it_takes);
    CHECK_FALSE(login.identity);
    CHECK_FALSE(login.must_fetch);
    CHECK(world.table.find(world.acme.public_key()) == nullptr);
    remote->token = support::make_jwt(base::Json::object({{"sub", world.acme.public_key()}}),
                                      KeyPair::named(NkeyKind::root, "stranger"));
    CHECK_FALSE(world.enter(world.user_jwt(), Fetch::whatever_it_takes).identity);
    CHECK(world.table.find(world.acme.public_key()) == nullptr);
  }

  TEST_CASE("users of accounts that an authorization service decides on are not let in") {
    World world;
    const std::string other = KeyPair::named(NkeyKind::user, "service").public_key();
    world.keep(world.account_jwt(R"(,"authorization":{"auth_users":[")" + other + R"("]})"));
    CHECK_FALSE(world.enter(world.user_jwt()).identity);
  }

  TEST_CASE("new claims of an account are told once, and change what its users may") {
    World world;
    world.keep(world.account_jwt());
    int told = 0;
    world.trusted->when_changed([&](Account&) { ++told; });
    const auto login = world.enter(world.user_jwt());
    REQUIRE(login.identity);
    CHECK(told == 1);
    Account& account = *login.identity->account;
    REQUIRE(world.trusted->update(account, world.account_jwt()));
    CHECK(told == 1);
    const std::string revoked = R"(,"revocations":{")" + world.ann.public_key() + R"(":950})";
    REQUIRE(world.trusted->update(account, world.account_jwt(revoked)));
    CHECK(told == 2);
    CHECK(standing(*login.identity, *account.claims()) == Standing::revoked);
    CHECK_FALSE(world.trusted->update(account, "x.y.z"));
    world.trusted->retire(account);
    CHECK_FALSE(world.enter(world.user_jwt()).identity);
  }
}
