#include "broker/accounts/token_folder.h"

#include "base/files.h"
#include "tests/support/mint.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

using contract::NkeyKind;
using support::KeyPair;

std::string key_of(const std::string& name) {
  return KeyPair::named(NkeyKind::account, name).public_key();
}

std::string token_of(const std::string& name, std::int64_t issued, std::int64_t expires = 0) {
  base::Json claims = base::Json::object({{"sub", key_of(name)}, {"iat", issued}});
  if (expires != 0) claims.set("exp", expires);
  claims.set("nats", base::Json::object({{"type", "account"}, {"version", 2}}));
  return support::make_jwt(std::move(claims), KeyPair::named(NkeyKind::root, "op"));
}

base::WallTime at(std::int64_t seconds) {
  return base::WallTime(std::chrono::seconds(seconds));
}

struct Fixture {
  std::unique_ptr<TokenFolder> open(TokenFolder::Settings settings) {
    settings.folder = dir / "jwt";
    auto folder = TokenFolder::open(std::move(settings), [this] { return now; });
    REQUIRE(folder);
    return *std::move(folder);
  }

  support::TempDir dir;
  base::WallTime now = at(1000);
};

}  // namespace

TEST_SUITE("broker: folder of JWTs") {
  TEST_CASE_FIXTURE(Fixture, "what is saved is there, also after a restart") {
    const std::string token = token_of("a", 1);
    {
      const auto folder = open({});
      CHECK(*folder->save(key_of("a"), token));
      CHECK_FALSE(*folder->save(key_of("a"), token));  // nothing new
    }
    CHECK(*open({})->load(key_of("a")) == token);
    CHECK(*base::read_file(dir / "jwt" / (key_of("a") + ".jwt")) == token);
  }

  TEST_CASE_FIXTURE(Fixture, "what is not there, and what is no account, is told apart") {
    const auto folder = open({});
    CHECK(folder->load(key_of("a")).error().code == base::ErrorCode::not_found);
    CHECK(folder->load("../../etc/passwd").error().what == "invalid public key");
    CHECK(folder->save("x", "y").error().what == "invalid public key");
  }

  TEST_CASE_FIXTURE(Fixture, "an older JWT does not replace a newer one") {
    const auto folder = open({});
    CHECK(*folder->save_if_newer(key_of("a"), token_of("a", 5)));
    CHECK_FALSE(*folder->save_if_newer(key_of("a"), token_of("a", 4)));
    CHECK(*folder->save_if_newer(key_of("a"), token_of("a", 6)));
    CHECK(*folder->load(key_of("a")) == token_of("a", 6));
    CHECK_FALSE(folder->save_if_newer(key_of("a"), token_of("b", 7)));
  }

  TEST_CASE_FIXTURE(Fixture, "two folders with the same JWTs have the same digest") {
    const auto folder = open({});
    const std::string empty = folder->digest();
    REQUIRE(folder->save(key_of("a"), token_of("a", 1)));
    const std::string one = folder->digest();
    CHECK(one != empty);
    REQUIRE(folder->save(key_of("b"), token_of("b", 1)));
    CHECK(folder->digest() != one);
    CHECK(open({})->digest() == folder->digest());
    CHECK(one.size() == 32);
  }

  TEST_CASE_FIXTURE(Fixture, "a full folder takes no more, a cache forgets what was not used") {
    const auto full = open({.limit = 1});
    REQUIRE(full->save(key_of("a"), token_of("a", 1)));
    CHECK(full->save(key_of("b"), token_of("b", 1)).error().what == "jwt store is full");
    CHECK(*full->save(key_of("a"), token_of("a", 2)));
    const auto cache = open({.limit = 2, .evict = true});
    REQUIRE(cache->save(key_of("b"), token_of("b", 1)));
    REQUIRE(cache->load(key_of("a")));
    REQUIRE(cache->save(key_of("c"), token_of("c", 1)));
    CHECK(cache->load(key_of("a")));
    CHECK_FALSE(cache->load(key_of("b")));
    CHECK(cache->load(key_of("c")));
  }

  TEST_CASE_FIXTURE(Fixture, "removing is refused, renames or erases") {
    REQUIRE(open({})->save(key_of("a"), token_of("a", 1)));
    CHECK_FALSE(open({})->remove(key_of("a")));
    const auto renaming = open({.removal = TokenFolder::Removal::rename});
    CHECK(*renaming->remove(key_of("a")));
    CHECK_FALSE(*renaming->remove(key_of("a")));
    CHECK_FALSE(renaming->load(key_of("a")));
    CHECK(std::filesystem::exists(dir / "jwt" / (key_of("a") + ".jwt.deleted")));
    const auto erasing = open({.removal = TokenFolder::Removal::erase});
    REQUIRE(erasing->save(key_of("b"), token_of("b", 1)));
    CHECK(*erasing->remove(key_of("b")));
    CHECK(erasing->all().empty());
  }

  TEST_CASE_FIXTURE(Fixture, "a JWT goes when it ends, or when it was not used for its time") {
    const auto folder = open({});
    REQUIRE(folder->save(key_of("a"), token_of("a", 1, 1100)));
    REQUIRE(folder->save(key_of("b"), token_of("b", 1)));
    now = at(1200);
    CHECK(folder->all().size() == 1);
    folder->tidy();
    CHECK_FALSE(folder->load(key_of("a")));
    CHECK(folder->load(key_of("b")));
    const auto cache = open({.evict = true, .ttl = std::chrono::seconds(10)});
    now = at(1205);
    REQUIRE(cache->load(key_of("b")));
    now = at(1214);
    cache->tidy();
    CHECK(cache->load(key_of("b")));
    now = at(1230);
    cache->tidy();
    CHECK_FALSE(cache->load(key_of("b")));
  }

  TEST_CASE_FIXTURE(Fixture, "files that someone else changed are found when it is read again") {
    const auto folder = open({});
    REQUIRE(folder->save(key_of("a"), token_of("a", 1)));
    CHECK(folder->reread().empty());
    REQUIRE(base::write_file(dir / "jwt" / (key_of("b") + ".jwt"), token_of("b", 1)));
    CHECK(folder->reread() == std::vector<std::string>{key_of("b")});
  }
}
