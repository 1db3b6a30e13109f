#include "watch/system_account.h"

#include "tests/support/eventually.h"
#include "tests/support/mint.h"
#include "tests/support/trio.h"
#include "watch/nats_connection.h"

#include <csignal>
#include <set>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using support::Release;
using support::Trio;
using watch::SystemAccount;

namespace {

std::vector<Release> real_releases() {
  return {Release::real("2.9"), Release::real("2.10"), Release::real("newest")};
}

// The names of the servers that answer.
std::set<std::string> names(SystemAccount& system, std::size_t most) {
  std::set<std::string> found;
  const auto answers = system.ask_all("VARZ", {}, most);
  REQUIRE_MESSAGE(answers, answers.error().what);
  for (const auto& answer : *answers)
    found.insert(answer.server.name);
  return found;
}

}  // namespace

TEST_SUITE("watch: system account") {
  TEST_CASE("every server answers for itself, by name and by id, on every release") {
    for (const auto& release : real_releases()) {
      CAPTURE(release.version);
      const Trio trio(release, false);
      SystemAccount system(trio.system());
      support::eventually("three answer", [&] { return names(system, 3).size() == 3; });
      const auto b = system.find("B");
      REQUIRE_MESSAGE(b, b.error().what);
      CHECK(b->version == release.version);
      CHECK(b->cluster == "demo");
      const auto varz = system.ask(b->id, "VARZ", {});
      REQUIRE_MESSAGE(varz, varz.error().what);
      CHECK((*varz)["server_name"].text() == "B");
      CHECK((*varz)["server_id"].text() == b->id);
      CHECK(system.try_out());
      const auto nobody = system.find("D", 300ms);
      REQUIRE_FALSE(nobody);
      CHECK(nobody.error().code == base::ErrorCode::not_found);
    }
  }

  TEST_CASE("answers that nobody waits for any more do no harm") {
    const Trio trio(Release::real("2.10"), false);
    SystemAccount system(trio.system());
    support::eventually("three answer", [&] { return names(system, 3).size() == 3; });
    for (int i = 0; i < 4000; ++i)
      REQUIRE(system.ask_all("VARZ", {}, 1));
    CHECK(names(system, 3) == std::set<std::string>{"A", "B", "C"});
  }

  TEST_CASE("what a release does not know is not found, and what goes wrong comes with its words") {
    const Trio old(Release::real("2.9"), false);
    SystemAccount system(old.system());
    const auto id = system.find("A");
    REQUIRE_MESSAGE(id, id.error().what);
    const auto kicked = system.ask(id->id, "KICK", base::Json::object({{"cid", 4711}}));
    REQUIRE_FALSE(kicked);
    CHECK(kicked.error().code == base::ErrorCode::not_found);

    const Trio later(Release::real("2.10"), false);
    SystemAccount newer(later.system());
    const auto there = newer.find("A");
    REQUIRE_MESSAGE(there, there.error().what);
    const auto answer = newer.ask(there->id, "KICK", base::Json::object({{"cid", 4711}}));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().what.find("no such client") != std::string::npos);
  }

  TEST_CASE("a wrong password and an ordinary user are told apart, without the password") {
    const Trio trio(Release::real("2.10"), false);
    SystemAccount wrong(trio.system("guess-me"));
    const auto refused = wrong.try_out();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::refused);
    CHECK(refused.error().what.find("guess-me") == std::string::npos);

    SystemAccount ordinary({trio.urls(), {}});
    const auto silent = ordinary.try_out();
    REQUIRE_FALSE(silent);
    CHECK(silent.error().what.find("is the user in it") != std::string::npos);
  }

  TEST_CASE("it goes on when its server ends, asks its clients to go, or is to be avoided") {
    Trio trio(Release::real("2.10"), false);
    SystemAccount system(trio.system());
    support::eventually("three answer", [&] { return names(system, 3).size() == 3; });
    trio.servers[0]->stop();
    support::eventually("the other two answer", [&] {
      const auto answers = system.ask_all("VARZ", {}, 2);
      return answers && answers->size() == 2;
    });
    trio.servers[1]->signal(SIGUSR2);
    CHECK(trio.servers[1]->wait_for_exit() == 0);
    support::eventually("C answers", [&] {
      const auto answers = system.ask_all("VARZ", {}, 1);
      return answers && answers->front().server.name == "C";
    });
    system.avoid(trio.urls()[2]);
    CHECK(names(system, 1) == std::set<std::string>{"C"});  // rather the avoided one than none
  }
}

TEST_SUITE("watch: logging in") {
  const char* const kSeed = "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y";
  const char* const kPublic = "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK";

  TEST_CASE("a user's seed logs in from a file, the environment and a command") {
    const auto releases = {
        Release::broker(), Release::real("2.9"), Release::real("2.10"), Release::real("2.15")};
    for (const auto& release : releases) {
      const support::ServerProcess server(
          {.release = release,
           .conf = fmt::format("authorization {{ users = [ {{ nkey: {} }} ] }}\n", kPublic)});
      const auto file = server.folder().file("app.nk", std::string(kSeed) + "\n");
      ::setenv("NATSCTL_TEST_SEED", kSeed, 1);
      const std::vector<plan::Secret> secrets = {
          {.file = file}, {.variable = "NATSCTL_TEST_SEED"}, {.command = "cat " + file.string()}};
      for (const auto& secret : secrets) {
        watch::ConnectSettings settings;
        settings.servers = {fmt::format("nats://127.0.0.1:{}", server.port())};
        settings.access.nkey = secret;
        const auto connection = watch::NatsConnection::open(settings);
        REQUIRE_MESSAGE(connection, connection.error().what);
        CHECK((*connection)->flush(5s));
      }
      ::unsetenv("NATSCTL_TEST_SEED");
    }
  }

  TEST_CASE("credentials of an operator's user log in") {
    support::Mint mint;
    const std::string limits =
        R"("limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"conn":-1})";
    for (const std::string& line :
         {std::string("key| op operator"),
          std::string("key| acme account"),
          std::string("key| app user"),
          std::string(R"(jwt| op_jwt by op {"sub":"@op@","nats":{"type":"operator","version":2}})"),
          R"(jwt| acme_jwt by op {"sub":"@acme@","nats":{"type":"account","version":2,)" + limits +
              "}}",
          std::string(R"(jwt| app_jwt by acme {"sub":"@app@","nats":{"type":"user","version":2,)") +
              R"("subs":-1,"data":-1,"payload":-1}})"}) {
      REQUIRE(mint.define(line));
    }
    const auto releases = {
        Release::broker(), Release::real("2.9"), Release::real("2.10"), Release::real("2.15")};
    for (const auto& release : releases) {
      const support::ServerProcess server(
          {.release = release,
           .conf = mint.filled("operator: '@op_jwt@'\nresolver: MEMORY\n"
                               "resolver_preload { @acme@: '@acme_jwt@' }\n")});
      watch::ConnectSettings settings;
      settings.servers = {fmt::format("nats://127.0.0.1:{}", server.port())};
      settings.access.creds = server.folder().file(
          "app.creds",
          support::make_creds(mint.filled("@app_jwt@"),
                              support::KeyPair::named(contract::NkeyKind::user, "app")));
      const auto connection = watch::NatsConnection::open(settings);
      REQUIRE_MESSAGE(connection, connection.error().what);
      CHECK((*connection)->flush(5s));
      settings.access.creds.clear();
      settings.timeout = 5s;
      CHECK_FALSE(watch::NatsConnection::open(settings));
    }
  }

  TEST_CASE("a failing command is told, what it wrote is not") {
    watch::ConnectSettings settings;
    settings.servers = {"nats://127.0.0.1:4222"};
    settings.access.user = "app";
    settings.access.password.command = "printf 'hunt'; printf 'er2'; exit 3";
    const auto connection = watch::NatsConnection::open(settings);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().what.find("status 3") != std::string::npos);
    CHECK(connection.error().what.find("hunter2") == std::string::npos);
  }

  TEST_CASE("an error about a server does not show the password in its URL") {
    watch::ConnectSettings settings;
    settings.servers = {"nats://ann:hunter2@127.0.0.1:1"};
    settings.timeout = 1s;
    const auto connection = watch::NatsConnection::open(settings);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().what.find("hunter2") == std::string::npos);
    CHECK(connection.error().what.find("127.0.0.1:1") != std::string::npos);
  }
}
