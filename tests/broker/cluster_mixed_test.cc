#include "tests/broker/mesh.h"
#include "tests/support/ports.h"

#include <csignal>

#include <doctest/doctest.h>

using support::check_full_mesh;
using support::member;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;

// Our broker in one mesh with real servers: who dials whom must not matter.

namespace {

ServerSettings named(const std::string& name,
                     const Release& release,
                     std::vector<int> routes = {}) {
  ServerSettings settings = member(name, release);
  settings.cluster_name = "X";
  settings.routes = std::move(routes);
  return settings;
}

// A real server and ours; `dialler` lists `seed`.
void check_pair(const Release& seed, const Release& dialler) {
  ServerProcess a(named("A", seed));
  ServerProcess b(named("B", dialler, {a.cluster_port()}));
  check_full_mesh({&a, &b});
}

}  // namespace

TEST_SUITE("broker: cluster with real servers") {
  TEST_CASE("we dial 2.9") {
    check_pair(Release::real("2.9"), Release::broker());
  }
  TEST_CASE("we dial 2.10") {
    check_pair(Release::real("2.10"), Release::broker());
  }
  TEST_CASE("we dial the newest") {
    check_pair(Release::real("newest"), Release::broker());
  }
  TEST_CASE("2.9 dials us") {
    check_pair(Release::broker(), Release::real("2.9"));
  }
  TEST_CASE("2.10 dials us") {
    check_pair(Release::broker(), Release::real("2.10"));
  }
  TEST_CASE("the newest dials us") {
    check_pair(Release::broker(), Release::real("newest"));
  }

  TEST_CASE("one mesh of three releases and us, grown from our seed") {
    ServerProcess a(named("A", Release::broker()));
    ServerProcess b(named("B", Release::real("2.9"), {a.cluster_port()}));
    ServerProcess c(named("C", Release::real("2.10"), {a.cluster_port()}));
    ServerProcess d(named("D", Release::real("newest"), {a.cluster_port()}));
    check_full_mesh({&a, &b, &c, &d});
  }

  TEST_CASE("one mesh of three releases and us, grown from the oldest as seed") {
    ServerProcess a(named("A", Release::real("2.9")));
    ServerProcess b(named("B", Release::broker(), {a.cluster_port()}));
    ServerProcess c(named("C", Release::real("2.10"), {a.cluster_port()}));
    ServerProcess d(named("D", Release::real("newest"), {a.cluster_port()}));
    check_full_mesh({&a, &b, &c, &d});
  }

  TEST_CASE("one mesh of three releases and us, grown from the newest as seed") {
    ServerProcess a(named("A", Release::real("newest")));
    ServerProcess b(named("B", Release::real("2.10"), {a.cluster_port()}));
    ServerProcess c(named("C", Release::broker(), {a.cluster_port()}));
    ServerProcess d(named("D", Release::real("2.9"), {a.cluster_port()}));
    check_full_mesh({&a, &b, &c, &d});
  }

  TEST_CASE("without a name, where all list all, real servers and we agree on one") {
    const int first = support::free_port();
    const int second = support::free_port();
    const auto at = [&](const std::string& name, int port, const Release& release) {
      ServerSettings settings = member(name, release);
      settings.cluster_port = port;
      settings.routes = {first, second};
      return settings;
    };
    ServerProcess a(at("A", first, Release::real("2.9")));
    ServerProcess b(at("B", second, Release::real("2.10")));
    ServerProcess c(at("C", 0, Release::broker()));
    check_full_mesh({&a, &b, &c});
  }

  TEST_CASE("a real member that is killed and upgraded comes back") {
    ServerProcess a(named("A", Release::broker()));
    ServerProcess b(named("B", Release::real("2.9"), {a.cluster_port()}));
    ServerProcess c(named("C", Release::real("2.9"), {a.cluster_port(), b.cluster_port()}));
    check_full_mesh({&a, &b, &c});
    b.kill();
    support::wait_for_remotes(a, 1);
    b.start(Release::real("2.10"));
    check_full_mesh({&a, &b, &c});
  }
}
