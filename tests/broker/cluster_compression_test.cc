#include "tests/broker/mesh.h"

#include <memory>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

using support::member;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

// Compressed routes, between ours and real servers: who dials must not matter.

namespace {

ServerSettings named(const std::string& name, const Release& release, const std::string& mode) {
  ServerSettings settings = member(name, release);
  settings.cluster_name = "X";
  if (!mode.empty()) settings.conf = "cluster { compression: " + mode + " }";
  return settings;
}

// How each route of a server is compressed; of those that carry clients' messages.
std::set<std::string> modes(const ServerProcess& server) {
  std::set<std::string> found;
  const auto routez = support::http_get(server.monitor_port(), "/routez").json();
  for (const auto& route : routez["routes"].items()) {
    if (route["account"].text().empty()) found.insert(route["compression"].text());
  }
  return found;
}

// Everything published here arrives there, in its order, whatever its size.
void check_order(const ServerProcess& here, const ServerProcess& there) {
  Wire subscriber = Wire::client(there.port());
  subscriber.send("SUB order." + here.name() + " 1");
  subscriber.sync();
  support::check_request(here, there);  // interest has travelled
  Wire publisher = Wire::client(here.port());
  std::vector<std::string> payloads;
  std::uint32_t noise = 1;
  for (int number = 0; number < 300; ++number) {
    std::string payload = fmt::format("{} ", number);
    const std::size_t size = number % 50 == 7 ? 200'000 : number % 3 * 100;
    while (payload.size() < size) {
      noise = noise * 1664525 + 1013904223;
      payload += number % 2 == 0 ? static_cast<char>('a' + (noise >> 28U)) : 'x';
    }
    publisher.send(fmt::format("PUB order.{} {}\r\n{}", here.name(), payload.size(), payload));
    payloads.push_back(std::move(payload));
  }
  for (const std::string& payload : payloads) {
    subscriber.line_with("MSG order.");
    REQUIRE((subscriber.line() == payload));
  }
}

struct Pairing {
  std::string seed_mode;
  std::string dialler_mode;
  std::string seen_by_seed;
  std::string seen_by_dialler;
};

void check_pair(const Release& seed, const Release& dialler, const Pairing& pairing) {
  CAPTURE(pairing.seed_mode);
  CAPTURE(pairing.dialler_mode);
  const ServerProcess a(named("A", seed, pairing.seed_mode));
  auto settings = named("B", dialler, pairing.dialler_mode);
  settings.routes = {a.cluster_port()};
  const ServerProcess b(settings);
  support::wait_for_remotes(a, 1);
  support::wait_for_remotes(b, 1);
  check_order(a, b);
  check_order(b, a);
  CHECK(modes(a) == std::set<std::string>{pairing.seen_by_seed});
  CHECK(modes(b) == std::set<std::string>{pairing.seen_by_dialler});
}

void check_pairs(const Release& seed, const Release& dialler) {
  for (const Pairing& pairing :
       {Pairing{"s2_fast", "s2_fast", "s2_fast", "s2_fast"},
        Pairing{"accept", "s2_better", "s2_better", "s2_better"},
        Pairing{"s2_best", "accept", "s2_best", "s2_best"},
        Pairing{"{ mode: s2_auto, rtt_thresholds: [5s] }", "accept", "s2_uncompressed", "s2_fast"},
        Pairing{"off", "s2_fast", "off", "off"},
        Pairing{"accept", "accept", "off", "off"}})
    check_pair(seed, dialler, pairing);
}

}  // namespace

TEST_SUITE("broker: compressed routes") {
  TEST_CASE("ours among themselves") {
    check_pairs(Release::broker(), Release::broker());
  }
  TEST_CASE("we dial 2.10") {
    check_pairs(Release::real("2.10"), Release::broker());
  }
  TEST_CASE("2.10 dials us") {
    check_pairs(Release::broker(), Release::real("2.10"));
  }
  TEST_CASE("we dial the newest") {
    check_pairs(Release::real("newest"), Release::broker());
  }
  TEST_CASE("the newest dials us") {
    check_pairs(Release::broker(), Release::real("newest"));
  }

  TEST_CASE("2.9 knows of no compression, and is no worse for it") {
    const Pairing pairing{"", "s2_fast", "", "not supported"};
    check_pair(Release::real("2.9"), Release::broker(), pairing);
  }

  TEST_CASE("one mesh of three releases and us, each compressing as it can") {
    const ServerProcess a(named("A", Release::broker(), "s2_fast"));
    std::vector<std::unique_ptr<ServerProcess>> others;
    for (const char* line : {"2.9", "2.10", "newest"}) {
      auto settings = named(
          fmt::format("N{}", others.size()), Release::real(line), others.empty() ? "" : "s2_auto");
      settings.routes = {a.cluster_port()};
      others.push_back(std::make_unique<ServerProcess>(settings));
    }
    support::check_full_mesh({&a, others[0].get(), others[1].get(), others[2].get()});
  }
}
