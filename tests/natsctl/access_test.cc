#include "plan/nats_context.h"
#include "tests/natsctl/plan_fixture.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

using namespace plan_test;

namespace {

// A home with contexts of the nats CLI.
struct Home {
  support::TempDir folder;

  explicit Home(const std::string& context) {
    std::filesystem::create_directories(std::filesystem::path(folder / "nats") / "context");
    folder.file("nats/context/ops.json", context);
  }

  plan::Environment environment() const {
    const std::string home = folder / "";
    return [home](const std::string& name) -> std::optional<std::string> {
      if (name == "XDG_CONFIG_HOME") return home;
      if (name == "HOME") return "/home/ann";
      return std::nullopt;
    };
  }
};

}  // namespace

TEST_SUITE("natsctl: access") {
  TEST_CASE("secrets stay where they are: a file, a variable, a command, one of them") {
    const auto [plan, problems] =
        read(with("policy:",
                  "access: { user: app, password_command: 'pass show ${X}' }\n"
                  "system: { nkey_file: sys.nk, ca: ca.pem }\npolicy:"));
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->access.password.command == "pass show ${X}");
    REQUIRE(plan->system);
    CHECK(plan->system->nkey.file == "/cluster/sys.nk");

    const auto two = read(
        with("policy:", "system: { user: sys, password_env: X, password_command: y }\npolicy:"));
    CHECK(two.problems.find("password_env and password_command are both given") !=
          std::string::npos);
    const auto none = read(with("policy:", "system: {}\npolicy:"));
    CHECK(none.problems.find("system") != std::string::npos);
  }

  TEST_CASE(
      "a node without a monitoring port needs the system account, and C is then as they are") {
    auto text = with(", monitor: 127.0.0.1:8222", "");
    const auto blind = read(text);
    CHECK(blind.problems.find("the key 'monitor' is missing") != std::string::npos);
    CHECK(blind.problems.find("or name a user of the system account") != std::string::npos);
    text = with(", monitor: 127.0.0.1:8333", "", text);
    const auto [plan, problems] =
        read(with("policy:", "system: { creds: sys.creds }\npolicy:", text));
    REQUIRE_MESSAGE(plan, problems);
    CHECK_FALSE(plan->nodes[0].monitor);
    CHECK_FALSE(plan->temp_node->node.monitor);
  }

  TEST_CASE("a context of the nats CLI says who we are, and its password stays in its file") {
    const Home home(R"({"description":"", "url":"nats://a:4222,nats://b:4222", "user":"ann",
                        "password":"hunter2", "token":"", "creds":"", "nkey":"",
                        "ca":"~/ca.pem", "nsc":"", "tls_first":false})");
    const auto context = plan::read_nats_context("ops", home.environment());
    REQUIRE_MESSAGE(context, context.error().what);
    CHECK(context->urls == std::vector<std::string>{"nats://a:4222", "nats://b:4222"});
    CHECK(context->access.user == "ann");
    CHECK(context->access.password.field == "password");
    CHECK(context->access.ca == "/home/ann/ca.pem");
    CHECK(context->access.token.empty());
  }

  TEST_CASE("what is said beside a context beats it, and two logins are not mixed") {
    const Home home(R"({"user":"ann", "password":"hunter2", "ca":"/x/ca.pem"})");
    plan::Access access{.context = "ops", .creds = "/x/bob.creds"};
    const auto bob = plan::with_context(access, home.environment());
    REQUIRE_MESSAGE(bob, bob.error().what);
    CHECK(bob->creds == "/x/bob.creds");
    CHECK(bob->user.empty());
    CHECK(bob->password.empty());
    CHECK(bob->ca == "/x/ca.pem");
  }

  TEST_CASE("a context that is not there or asks for more than natsctl can is told") {
    const Home home(R"({"nsc":"nsc://operator/account/user"})");
    const auto nsc = plan::read_nats_context("ops", home.environment());
    REQUIRE_FALSE(nsc);
    CHECK(nsc.error().what.find("nsc") != std::string::npos);
    const auto missing = plan::read_nats_context("opps", home.environment());
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what.find("there are: ops") != std::string::npos);
  }
}
