#include "tests/rehearsal/recipes.h"

#include "base/text.h"
#include "exec/proc.h"
#include "tests/support/eventually.h"
#include "tests/support/wire.h"
#include "watch/traffic_probe.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <fmt/format.h>

namespace rehearsal {

namespace {

constexpr auto kPatience = std::chrono::seconds(90);  // a lame duck with all clients needs twenty

plan::Address client_of(const Stage& stage, const std::string& node) {
  return {"127.0.0.1", stage.client_port(node)};
}

void wait_until(const std::string& what, const std::function<bool()>& is_so) {
  support::eventually(what, is_so, kPatience);
}

bool is_healthy(const Stage& stage, const std::string& node) {
  try {
    return support::http_get(stage.monitor_port(node), "/healthz").status == 200;
  } catch (const std::exception&) {
    return false;
  }
}

// The hands of a person at a terminal.
class Hands {
 public:
  explicit Hands(const Stage& stage) : stage_(stage) {}

  void signal_and_wait(const std::string& node, int number) const {
    const auto pid = exec::listener_on(client_of(stage_, node));
    if (!pid) throw std::runtime_error(node + " does not run");
    ::kill(*pid, number);
    wait_until(node + " ends", [&] { return ::kill(*pid, 0) != 0; });
  }

  void start_and_wait(const std::string& node, const std::filesystem::path& program) const {
    stage_.start_by_hand(node, program);
    wait_until(node + " is healthy", [&] { return is_healthy(stage_, node); });
  }

 private:
  const Stage& stage_;
};

void kill_and_restart(const Stage& stage, const Script& script) {
  const Hands hands(stage);
  for (const auto& node : script.members) {
    hands.signal_and_wait(node, SIGKILL);
    stage.start_by_hand(node, script.to.binary);
    wait_until(node + " listens",
               [&] { return exec::listener_on(client_of(stage, node)).has_value(); });
  }
}

// Source: docs.nats.io/running-a-nats-service/nats_admin/upgrading_cluster, as it is now.
void documented(const Stage& stage, const Script& script) {
  const Hands hands(stage);
  for (const auto& node : script.members) {
    hands.signal_and_wait(node, SIGUSR2);
    hands.start_and_wait(node, script.to.binary);
  }
}

// Source: the same page until July 2025, with its temporary server C.
void tutorial(const Stage& stage, const Script& script) {
  const Hands hands(stage);
  hands.start_and_wait("C", script.to.binary);
  documented(stage, script);
  hands.signal_and_wait("C", SIGUSR2);
}

void natsctl(const Stage& stage, const Script&) {
  stage.change_plan("use: always", "use: auto");
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  if (said.exit_code != 0) throw std::runtime_error("natsctl upgrade: " + said.text);
}

Script script_of() {
  Script script;
  script.members = {"A", "B", "D"};
  script.from = support::Release::real("2.10");
  script.to = support::Release::real("newest");
  script.users =
      "accounts { SYS { users = [ { user: sys, password: sesame } ] }\n"
      "           APP { users = [ { user: app, password: app } ] } }\n"
      "system_account: SYS\nno_auth_user: app\n";
  script.plan = "system: { user: sys, password_file: sys.password }\n";
  script.within = "60s";
  return script;
}

}  // namespace

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> table = {
      {"kill and restart", "kill -9, start the new one, the next", kill_and_restart},
      {"documented", "SIGUSR2, wait, start the new one, wait for /healthz, the next", documented},
      {"tutorial by hand", "a temporary server first and last, between them the same", tutorial},
      {"natsctl", "natsctl upgrade with a user of the system account", natsctl}};
  return table;
}

int RecipeOutcome::connected() const {
  int all = 0;
  for (const auto& [member, count] : clients)
    all += count;
  return all;
}

double RecipeOutcome::max_over_mean() const {
  int most = 0;
  for (const auto& [member, count] : clients)
    most = std::max(most, count);
  return most * static_cast<double>(clients.size()) / std::max(connected(), 1);
}

RecipeGround::RecipeGround(const Recipe& recipe, int clients)
    : recipe_(recipe), script_(script_of()), stage_(std::make_unique<Stage>(script_)) {
  stage_->file("sys.password", "sesame\n");
  stage_->file("C.conf", stage_->conf_of("C"));
  stage_->up();
  const auto urls = base::split(stage_->urls(), ',');
  for (int i = 0; i < clients; ++i) {
    watch::ConnectSettings settings;
    settings.servers = {urls[static_cast<std::size_t>(i) % urls.size()]};  // evenly at first
    settings.name = fmt::format("app-{}", i);
    settings.reconnect = watch::ConnectSettings::Reconnect::forever;
    auto opened = watch::NatsConnection::open(settings);
    if (!opened) throw std::runtime_error(opened.error().what);
    clients_.push_back(*std::move(opened));
  }
}

RecipeGround::~RecipeGround() {
  for (auto& client : clients_)
    client->close();
}

std::map<std::string, int> RecipeGround::clients_by_member() const {
  std::map<std::string, int> counts;
  for (const auto& member : script_.members) {
    const auto url = fmt::format("nats://127.0.0.1:{}", stage_->client_port(member));
    counts[member] =
        static_cast<int>(std::count_if(clients_.begin(), clients_.end(), [&](const auto& client) {
          return client->server() == url;
        }));
  }
  return counts;
}

RecipeOutcome RecipeGround::play() {
  RecipeOutcome outcome;
  outcome.recipe = recipe_.name;
  outcome.meaning = recipe_.meaning;
  const auto clock = base::system_clock();
  watch::ProbeSettings settings;
  for (const auto& node : {"A", "B", "D", "C"})
    settings.servers.push_back(client_of(*stage_, node));
  settings.rate = 100;
  settings.requests = 20;
  auto probe = watch::TrafficProbe::start(settings, *clock);
  if (!probe) throw std::runtime_error(probe.error().what);
  const auto begin = std::chrono::steady_clock::now();
  recipe_.carry_out(*stage_, script_);
  outcome.took = std::chrono::steady_clock::now() - begin;
  wait_until("every client is connected", [&] {
    outcome.clients = clients_by_member();
    return outcome.connected() == static_cast<int>(clients_.size());
  });
  outcome.traffic = (*probe)->finish();
  return outcome;
}

std::string table_of(const std::vector<RecipeOutcome>& outcomes) {
  std::string text =
      "| recipe | took | messages lost by ordinary clients, by careful ones | requests that "
      "failed, "
      "ordinary and careful | clients at the end, max/mean |\n|---|--:|--:|--:|---|\n";
  for (const auto& outcome : outcomes) {
    std::vector<std::string> counts;
    for (const auto& [member, count] : outcome.clients)
      counts.push_back(std::to_string(count));
    const auto& traffic = outcome.traffic;
    text += fmt::format("| {}: {} | {:.1f} s | {} and {} of {} | {} and {} of {} | {}: {:.2f} |\n",
                        outcome.recipe,
                        outcome.meaning,
                        outcome.took.count(),
                        traffic.plain.lost,
                        traffic.careful.lost,
                        traffic.confirmed,
                        traffic.plain_requests.failed,
                        traffic.careful_requests.failed,
                        traffic.plain_requests.asked + traffic.careful_requests.asked,
                        base::join(counts, "/"),
                        outcome.max_over_mean());
  }
  return text;
}

}  // namespace rehearsal
