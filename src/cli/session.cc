#include "cli/session.h"

#include "actions/action_table.h"
#include "exec/make_executor.h"
#include "plan/plan_reader.h"
#include "playbook/playbook_reader.h"
#include "watch/observe.h"

namespace cli {

namespace {

void print(const base::Problems& problems) {
  for (const auto& problem : problems)
    std::fprintf(stderr, "%s\n", problem.text().c_str());
}

// What the options say beats what the plan says; one way to log in is not mixed into another.
void override_access(plan::Access& access, const plan::Access& options) {
  const bool logs_in = !options.context.empty() || !options.user.empty() ||
                       !options.creds.empty() || !options.nkey.empty();
  if (logs_in) {
    auto tls = access;
    access = options;
    access.ca = tls.ca;
    access.cert = tls.cert;
    access.key = tls.key;
  }
  if (!options.ca.empty()) access.ca = options.ca;
  if (!options.cert.empty()) access.cert = options.cert;
  if (!options.key.empty()) access.key = options.key;
}

}  // namespace

Session::Session(const Globals& options, plan::Plan wanted)
    : globals(options), clock(base::system_clock()), plan(std::move(wanted)) {
  override_access(plan.access, globals.access);
  if (!globals.system.empty()) {
    if (!plan.system) plan.system.emplace();
    override_access(*plan.system, globals.system);
  }
  watcher = std::make_unique<watch::Watcher>(*clock, watch::system_settings(plan));
  for (const auto& node : plan.nodes) {
    executors[node.name] = exec::make_executor(node);
    watcher->add(node);
  }
  if (!plan.temp_node) return;
  const auto& temp = plan.temp_node->node;
  executors[temp.name] = exec::make_executor(temp);
  watcher->add(temp);
}

plan::ClusterView Session::view() {
  return watch::observe(plan, watcher->look());
}

std::vector<std::string> Session::servers() const {
  std::vector<std::string> names;
  for (const auto& node : plan.nodes)
    names.push_back(node.name);
  if (plan.temp_node) names.push_back(plan.temp_node->node.name);
  return names;
}

std::unique_ptr<Session> Session::open(const Globals& globals, const std::string& plan_file) {
  base::Problems problems;
  auto plan = plan::read_plan(plan_file, problems);
  if (!plan) {
    print(problems);
    return nullptr;
  }
  return std::make_unique<Session>(globals, *std::move(plan));
}

std::optional<playbook::Playbook> load_playbook(const plan::Plan& plan,
                                                const std::string& instead) {
  base::Problems problems;
  auto playbook = playbook::load_playbook(
      instead.empty() ? plan.policy.playbook : instead, actions::vocabulary(), problems);
  if (!playbook) print(problems);
  return playbook;
}

}  // namespace cli
