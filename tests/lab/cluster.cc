#include "tests/lab/cluster.h"

#include "base/files.h"
#include "base/text.h"
#include "exec/process.h"
#include "run/journal.h"
#include "tests/support/eventually.h"
#include "watch/look.h"
#include "watch/monitor_client.h"
#include "watch/observe.h"

#include <algorithm>
#include <csignal>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>

namespace lab {

namespace {

namespace fs = std::filesystem;

using support::new_server;

const std::vector<std::string> kHosts = {"h1", "h2", "h3"};
const std::vector<std::string> kNames = {"A", "B", "C"};
constexpr const char* kPolicy =
    "policy: { drain: { duration: 30s, grace: 1s }, gates: { hold: 500ms, within: 90s } }\n";
constexpr const char* kProbe = "probe: { rate: 50, subscribers: 3, max_lost: 0, max_gap: 30s }\n";

std::string address(std::size_t at) {
  return fmt::format("10.78.0.{}", at + 1);
}

std::string conf(std::size_t at) {
  std::vector<std::string> routes;
  for (std::size_t i = 0; i < kHosts.size(); ++i)
    routes.push_back(fmt::format("nats-route://{}:6222", address(i)));
  return fmt::format(
      "server_name: {0}\nlisten: {1}:4222\nhttp: {1}:8222\nlame_duck_duration: 30s\n"
      "lame_duck_grace_period: 1s\n"
      "cluster {{ name: hosts, listen: {1}:6222, routes: [ {2} ] }}\n",
      kNames[at],
      address(at),
      base::join(routes, ", "));
}

}  // namespace

Cluster::Cluster() : hosts_(static_cast<int>(kHosts.size())) {
  for (std::size_t i = 0; i < kHosts.size(); ++i) {
    on(i,
       fmt::format("cat >/etc/nats-server.conf <<'END'\n{}END\n"
                   "systemctl enable --now nats-server",
                   conf(i)));
  }
  support::eventually("the mesh is full", [&] {
    for (std::size_t i = 0; i < kHosts.size(); ++i) {
      const auto sample = look(i);
      if (watch::remotes_of(sample).size() + 1 < kHosts.size()) return false;
      ids_[i] = sample.varz ? sample.varz->server_id : "";
    }
    return true;
  });
}

pid_t Cluster::start(const std::vector<std::string>& argv) const {
  fs::remove(folder_ / "said.log");
  return *exec::start_detached(
      {.argv = argv, .log = folder_ / "said.log", .folder = {}, .environment = {}});
}

Said Cluster::run(const std::vector<std::string>& argv) const {
  return end_of(start(argv));
}

pid_t Cluster::start_natsctl(const std::vector<std::string>& words) const {
  std::vector<std::string> argv = {
      BUILD_ROOT "/natsctl", "--state-dir", (folder_ / "state").string()};
  argv.insert(argv.end(), words.begin(), words.end());
  return start(argv);
}

Said Cluster::natsctl(const std::vector<std::string>& words) const {
  return end_of(start_natsctl(words));
}

Said Cluster::end_of(pid_t program) const {
  int status = 0;
  ::waitpid(program, &status, 0);
  const auto text = base::read_file(folder_ / "said.log");
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), text ? *text : ""};
}

void Cluster::write_plan(Traffic traffic) {
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
                              plan()});
  REQUIRE_MESSAGE(found.exit_code == 0, found.text);
  auto text = *base::read_file(plan());
  text = text.substr(0, text.find("\ntemp_node:"));
  text = text.substr(0, text.find("\npolicy:"));
  const bool probed = traffic == Traffic::of_natsctl;
  text += fmt::format(
      "\ntemp_node: {{ use: {}, name: temp, like: A, client: '10.78.0.254:4222', route: "
      "'10.78.0.254:6222', executor: {{ type: process, dir: {}/temp }} }}\n{}{}",
      probed ? "always" : "auto",
      folder_.path().string(),
      kPolicy,
      probed ? kProbe : "");
  folder_.file("plan.yaml", text);
}

std::size_t Cluster::wait_for_step(const std::string& action,
                                   std::size_t after,
                                   pid_t natsctl) const {
  std::size_t place = 0;
  support::eventually(
      action + " begins",
      [&] {
        if (::waitpid(natsctl, nullptr, WNOHANG) != 0) throw std::runtime_error("natsctl ended");
        std::vector<std::size_t> begun;
        std::error_code none_yet;
        for (const auto& run : fs::directory_iterator(folder_ / "state/runs", none_yet)) {
          const auto events = run::load_journal(run.path() / "journal.jsonl");
          if (!events) continue;
          for (const auto& event : *events) {
            for (std::size_t i = 0; i < kNames.size(); ++i) {
              if (event.kind == run::EventKind::step_started &&
                  event.step == kNames[i] + "/" + action)
                begun.push_back(i);
            }
          }
        }
        if (begun.size() <= after) return false;
        place = begun[after];
        return true;
      },
      std::chrono::minutes(3));
  return place;
}

std::size_t Cluster::size() const {
  return kHosts.size();
}

plan::Address Cluster::client(std::size_t at) const {
  return {address(at), 4222};
}

std::string Cluster::version(std::size_t at) const {
  const auto sample = look(at);
  return sample.varz ? sample.varz->version : "";
}

bool Cluster::restarted(std::size_t at) const {
  const auto sample = look(at);
  return sample.varz && sample.varz->server_id != ids_.at(at);
}

int Cluster::starts(std::size_t at) const {
  return std::stoi(on(at,
                      "journalctl -u nats-server -o cat | grep -c 'Version:  *" +
                          new_server().version + "' || true"));
}

std::string Cluster::on(std::size_t at, const std::string& line) const {
  return hosts_.on(kHosts[at], line);
}

void Cluster::cut_power(std::size_t at) const {
  hosts_.cut_power(kHosts[at]);
}

void Cluster::boot(std::size_t at) const {
  hosts_.boot(kHosts[at]);
}

void Cluster::check_upgraded() const {
  for (std::size_t i = 0; i < kHosts.size(); ++i) {
    CAPTURE(kHosts[i]);
    CHECK(version(i) == new_server().version);
    CHECK(restarted(i));
    CHECK(on(i, "systemctl is-active nats-server") == "active\n");
    CHECK(on(i, "ls /run/systemd/system/nats-server.service.d 2>/dev/null || true") == "");
    CHECK(on(i, "ls /var/lib/natsctl/*/lock.json 2>/dev/null || true") == "");
  }
}

watch::Sample Cluster::look(std::size_t at) const {
  const auto clock = base::system_clock();
  watch::MonitorClient server({address(at), 8222});
  watch::Memory memory;
  return watch::look(server, kNames[at], memory, *clock);
}

}  // namespace lab
