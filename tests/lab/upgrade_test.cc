// Three hosts with systemd, upgraded over ssh under traffic: natsctl as its users have it.
#include "base/json.h"
#include "base/text.h"
#include "exec/process.h"
#include "tests/lab/lab.h"
#include "tests/support/eventually.h"
#include "watch/look.h"
#include "watch/monitor_client.h"

#include <csignal>
#include <fstream>
#include <map>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using support::new_server;
using support::old_server;

const std::vector<std::string> kHosts = {"h1", "h2", "h3"};
const std::vector<std::string> kNames = {"A", "B", "C"};

std::string address(std::size_t at) {
  return fmt::format("10.78.0.{}", at + 1);
}

// A cluster of Debian's nats-server under Debian's unit, and natsctl beside it.
class Cluster {
 public:
  Cluster() : hosts_(static_cast<int>(kHosts.size())) {
    for (std::size_t i = 0; i < kHosts.size(); ++i) {
      hosts_.on(kHosts[i],
                fmt::format("cat >/etc/nats-server.conf <<'END'\n{}END\n"
                            "systemctl enable --now nats-server",
                            conf(i)));
    }
    support::eventually("the mesh is full", [&] {
      for (std::size_t i = 0; i < kHosts.size(); ++i) {
        const auto sample = look(i);
        if (!sample.routez || sample.routez->num_routes + 1 < std::int64_t(kHosts.size()))
          return false;
      }
      return true;
    });
    for (std::size_t i = 0; i < kHosts.size(); ++i)
      ids_[kNames[i]] = look(i).varz->server_id;
  }

  // natsctl runs beside the test until it ends; its exit code and what it said.
  lab::Said natsctl(const std::vector<std::string>& words) {
    const auto pid = start(words);
    int status = 0;
    ::waitpid(pid, &status, 0);
    std::ifstream log(folder_ / "natsctl.log");
    return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
            std::string(std::istreambuf_iterator<char>(log), {})};
  }

  pid_t start(const std::vector<std::string>& words) {
    std::vector<std::string> argv = {
        BUILD_ROOT "/natsctl", "--state-dir", (folder_ / "state").string()};
    argv.insert(argv.end(), words.begin(), words.end());
    std::filesystem::remove(folder_ / "natsctl.log");
    return *exec::start_detached(
        {.argv = argv, .log = folder_ / "natsctl.log", .folder = {}, .environment = {}});
  }

  // What discover writes, with what only the operator knows: C's place, the traffic, haste.
  void write_plan() {
    const auto plan = (folder_ / "plan.yaml").string();
    const auto found = natsctl({"discover",
                                "--ssh",
                                base::join(kHosts, ","),
                                "--ssh-config",
                                (hosts_.folder() / "ssh_config").string(),
                                "--sudo",
                                "--release",
                                new_server().version,
                                "--binary",
                                new_server().binary.string(),
                                "-o",
                                plan});
    REQUIRE_MESSAGE(found.exit_code == 0, found.text);
    std::ifstream in(plan);
    std::string text(std::istreambuf_iterator<char>(in), {});
    text = text.substr(0, text.find("\ntemp_node:"));
    text = text.substr(0, text.find("\npolicy:"));
    text += fmt::format(
        "\ntemp_node: {{ use: always, name: temp, like: A, client: '10.78.0.254:4222', route: "
        "'10.78.0.254:6222', executor: {{ type: process, dir: {}/temp }} }}\n"
        "policy: {{ drain: {{ duration: 30s, grace: 1s }}, gates: {{ hold: 1s, within: 90s }} }}\n"
        "probe: {{ rate: 50, subscribers: 3, max_lost: 0, max_gap: 30s }}\n",
        folder_.path().string());
    folder_.file("plan.yaml", text);
  }

  std::string plan() const { return (folder_ / "plan.yaml").string(); }

  std::string version(std::size_t at) const {
    const auto sample = look(at);
    return sample.varz ? sample.varz->version : "";
  }

  bool restarted(std::size_t at) const {
    const auto sample = look(at);
    return sample.varz && sample.varz->server_id != ids_.at(kNames[at]);
  }

  // How often the unit's server was started with the new release, by its journal.
  int starts(std::size_t at) const {
    return std::stoi(hosts_.on(kHosts[at],
                               "journalctl -u nats-server -o cat | grep -c 'Version:  *" +
                                   new_server().version + "' || true"));
  }

  std::string on(std::size_t at, const std::string& line) const {
    return hosts_.on(kHosts[at], line);
  }

 private:
  static std::string conf(std::size_t at) {
    std::vector<std::string> routes;
    for (std::size_t i = 0; i < kHosts.size(); ++i)
      routes.push_back(fmt::format("nats-route://{}:6222", address(i)));
    return fmt::format(
        "server_name: {0}\nlisten: {1}:4222\nhttp: {1}:8222\nlame_duck_duration: 30s\n"
        "lame_duck_grace_period: 1s\ncluster {{ name: hosts, listen: {1}:6222, routes: [ {2} ] "
        "}}\n",
        kNames[at],
        address(at),
        base::join(routes, ", "));
  }

  watch::Sample look(std::size_t at) const {
    const auto clock = base::system_clock();
    watch::MonitorClient server({address(at), 8222});
    watch::Memory memory;
    return watch::look(server, kNames[at], memory, *clock);
  }

  lab::Lab hosts_;
  support::TempDir folder_;
  std::map<std::string, std::string> ids_;
};

}  // namespace

TEST_SUITE("rehearsal: hosts behind ssh") {
  TEST_CASE("three systemd hosts go from 2.9 to 2.10 under traffic, natsctl killed on the way") {
    Cluster cluster;
    cluster.write_plan();
    const auto check = cluster.natsctl({"check", cluster.plan()});
    CHECK_MESSAGE(check.exit_code == 0, check.text);
    CHECK(check.has("ExecStop does not send SIGUSR2"));  // Debian's unit of 2.9

    const auto natsctl = cluster.start({"upgrade", cluster.plan(), "--yes"});
    support::eventually(
        "the first member is held for its change",
        [&] {
          for (std::size_t i = 0; i < kHosts.size(); ++i) {
            if (cluster.on(i, "ls /run/systemd/system/nats-server.service.d 2>/dev/null || true")
                    .find("natsctl-hold") != std::string::npos)
              return true;
          }
          return false;
        },
        std::chrono::minutes(2));
    ::kill(natsctl, SIGKILL);
    ::waitpid(natsctl, nullptr, 0);

    const auto resumed = cluster.natsctl({"resume"});
    CHECK_MESSAGE(resumed.exit_code == 0, resumed.text);
    for (std::size_t i = 0; i < kHosts.size(); ++i) {
      CAPTURE(kHosts[i]);
      CHECK(cluster.version(i) == new_server().version);
      CHECK(cluster.restarted(i));
      CHECK(cluster.starts(i) == 1);
      CHECK(cluster.on(i, "systemctl is-active nats-server") == "active\n");
      CHECK(cluster.on(i, "ls /run/systemd/system/nats-server.service.d 2>/dev/null || true") ==
            "");
      CHECK(cluster.on(i, "ls /var/lib/natsctl/*/lock.json 2>/dev/null || true") == "");
    }
    const auto again = cluster.natsctl({"upgrade", cluster.plan(), "--yes"});
    CHECK_MESSAGE(again.exit_code == 0, again.text);
    for (std::size_t i = 0; i < kHosts.size(); ++i)
      CHECK(cluster.starts(i) == 1);  // what is done is not done again
  }
}
