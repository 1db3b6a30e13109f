#include "broker/server/reload.h"

#include "broker/server/options_reader.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

Options options(const std::string& text) {
  Options out;
  ConfReport report;
  apply_conf(*contract::parse_conf(text, "t.conf"), out, report);
  for (const auto& line : report.errors)
    FAIL_CHECK(line);
  return out;
}

std::vector<std::string> lines(const std::string& before, const std::string& after) {
  const auto plan = plan_reload(options(before), options(after));
  if (!plan) return {plan.error().what};
  return plan->lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_SUITE("broker: reload") {
  TEST_CASE("a reload that changes nothing still says users and accounts") {
    CHECK(lines("port: 1", "port: 1") ==
          Lines{"Reloaded: authorization users", "Reloaded: accounts"});
  }

  // Order and texts seen from nats-server 2.10.27.
  TEST_CASE("what may change is told, in nats-server's order") {
    CHECK(lines("",
                "max_payload: 2048\nmax_connections: 10\nmax_control_line: 2048\n"
                "ping_interval: '20s'\nping_max: 3\nwrite_deadline: '3s'\nclient_advertise: 'a:1'\n"
                "server_tags: [x]\nconnect_error_reports: 3\nreconnect_error_reports: 4\n") ==
          Lines{"Reload: client_advertise = a:1",
                "Reloaded: max_connections = 10",
                "Reloaded: authorization users",
                "Reloaded: accounts",
                "Reloaded: ping_interval = 20s",
                "Reloaded: ping_max = 3",
                "Reloaded: max_control_line = 2048",
                "Reloaded: max_payload = 2048",
                "Reloaded: write_deadline = 3s",
                "Reloaded: connect_error_reports = 3",
                "Reloaded: reconnect_error_reports = 4",
                "Reloaded: tags"});
    CHECK(lines("", "authorization { user: a, password: b, timeout: 3 }") ==
          Lines{"Reloaded: authorization users",
                "Reloaded: accounts",
                "Reloaded: authorization username",
                "Reloaded: authorization password",
                "Reloaded: authorization timeout = 3"});
    CHECK(lines("debug: false", "debug: true") ==
          Lines{"Reloaded: debug = true", "Reloaded: authorization users", "Reloaded: accounts"});
  }

  TEST_CASE("what a running server cannot change refuses the whole reload") {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"port: 14100", "port: 14999", "Port: old=14100, new=14999"},
        {"server_name: S", "server_name: T", "ServerName: old=S, new=T"},
        {"", "max_pending: 100000", "MaxPending: old=67108864, new=100000"},
        {"", "max_subs: 3", "MaxSubs: old=0, new=3"},
        {"", "lame_duck_duration: '50s'", "LameDuckDuration: old=2m0s, new=50s"},
        {"", "no_header_support: true", "NoHeaderSupport: old=false, new=true"},
        {"http_port: 1", "http_port: 2", "HTTPPort: old=1, new=2"},
        {"", "no_auth_user: a", "NoAuthUser: old=, new=a"},
        {"", "logfile_size_limit: 1000", "LogSizeLimit: old=0, new=1000"},
        {"cluster { port: 1 }", "cluster { port: 2 }", "cluster port: old=1, new=2"},
    };
    for (const auto& [before, after, what] : rows) {
      CHECK(lines(before, std::string(after) + "\nmax_payload: 100") ==
            Lines{"config reload not supported for " + std::string(what)});
    }
  }

  TEST_CASE("routes of a cluster may come and go") {
    const auto plan = plan_reload(options("cluster { port: 1 }"),
                                  options("cluster { port: 1, routes: [nats://a:2] }"));
    REQUIRE(plan);
    CHECK(plan->cluster_changed);
    CHECK(plan->lines.back() == "Reloaded: cluster routes");
    CHECK(lines("cluster { port: 1 }", "cluster { port: 1, no_advertise: true }").back() ==
          "Reloaded: cluster");
  }
}
