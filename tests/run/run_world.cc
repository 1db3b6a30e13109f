#include "tests/run/run_world.h"

namespace run_world {

namespace {

constexpr const char* kOld = "1.0";
constexpr const char* kNew = "2.0";

playbook::Step step(const std::string& node,
                    const std::string& action,
                    const std::string& gate = {}) {
  playbook::Step result;
  result.id = (node.empty() ? "cluster" : node) + "/" + action;
  result.action = action;
  result.node = node;
  if (!gate.empty()) result.gate = playbook::Gate{.name = gate, .conditions = {gate}};
  return result;
}

std::vector<playbook::Step> recovery(const std::string& node) {
  std::vector<playbook::Step> list = {
      step(node, "stop-node"), step(node, "revert-release"), step(node, "start-node", "node-back")};
  for (auto& each : list)
    each.id = "recover/" + each.id;
  return list;
}

}  // namespace

World::World() : journal_(folder_ / "journal.jsonl") {
  plan.cluster = "demo";
  plan.release.version = kNew;
  plan.nodes.resize(2);
  plan.nodes[0].name = "A";
  plan.nodes[1].name = "B";
  plan.policy.gates.hold = std::chrono::seconds(10);
  for (const auto* node : {"A", "B", "C"}) {
    servers[node] = {};
    executors_[node] = std::make_unique<FakeExecutor>(servers[node]);
  }
  servers["C"].running = false;
  orders.host = "here";
  orders.look_at = [](const std::string&) { return run::NodeLocks::Holder::alive; };
  add_actions();
  add_steps();
}

void World::add_action(const std::string& name,
                       bool changes,
                       const Test& is_done,
                       const Effect& effect) {
  actions::Action action;
  action.name = name;
  action.changes = changes;
  if (is_done) {
    action.probe = [this, is_done](actions::Context& context) -> base::Result<actions::Applied> {
      return is_done(servers[context.step.node]) ? actions::Applied::yes : actions::Applied::no;
    };
  }
  action.apply = [this, effect](actions::Context& context) -> base::Result<void> {
    context.remark("a remark of " + context.step.action);
    if (failing_steps.contains(context.step.id))
      return base::Error(base::ErrorCode::io, "it did not work");
    if (effect) effect(servers[context.step.node]);
    if (++effects_ == killed_after_effect) throw Killed{};
    return {};
  };
  actions_.push_back(std::move(action));
}

void World::add_actions() {
  const auto is_up = [](const Server& server) {
    return server.running && server.version == server.installed;
  };
  const auto start = [](Server& server) {
    server.running = true;
    server.version = server.installed;
    ++server.starts[server.version];
  };
  const auto stop = [](Server& server) { server.running = false; };
  const auto is_down = [](const Server& server) { return !server.running; };
  add_action("preflight", false, nullptr, nullptr);
  add_action("check", false, nullptr, nullptr);
  add_action("verify", false, nullptr, nullptr);
  add_action("stage-release", true, nullptr, nullptr);
  add_action("add-temp-node", true, is_up, start);
  add_action("remove-temp-node", true, is_down, stop);
  add_action("lame-duck", true, is_down, stop);
  add_action("stop-node", true, is_down, stop);
  add_action(
      "install-release",
      true,
      [](const Server& server) { return server.installed == kNew; },
      [](Server& server) { server.installed = kNew; });
  add_action(
      "revert-release",
      true,
      [](const Server& server) { return server.installed == kOld; },
      [](Server& server) { server.installed = kOld; });
  add_action("start-node", true, is_up, start);
}

void World::add_steps() {
  steps.list = {
      step("", "preflight"), step("", "stage-release"), step("C", "add-temp-node", "temp-joined")};
  for (const auto* node : {"A", "B"}) {
    steps.list.push_back(step(node, "check", "safe-to-stop"));
    steps.list.push_back(step(node, "lame-duck", "clients-moved"));
    steps.list.push_back(step(node, "install-release"));
    steps.list.push_back(step(node, "start-node", "node-healthy"));
    steps.recovery[node] = recovery(node);
  }
  steps.list.push_back(step("C", "remove-temp-node", "cluster-whole"));
  steps.list.push_back(step("", "verify", "cluster-whole"));
}

base::Result<void> World::wait(const run::GateWait& wait) {
  const auto& step = wait.step;
  const auto& gate = step.gate->name;
  const auto place = gate == "others-green" ? step.id + "/others-green" : step.id;
  gates::Reading reading;
  reading.condition = gate;
  reading.node = step.node;
  clock.advance(std::chrono::seconds(2));
  wait.on_readings({reading});
  when_waiting(place);
  if (wait.stop.stop_requested()) return base::Error(base::ErrorCode::cancelled, "stopped");
  if (const auto why = wait.hopeless ? wait.hopeless() : ""; !why.empty())
    return base::Error(base::ErrorCode::io, why);
  const bool sick = gate == "node-healthy" && servers[step.node].version == sick_release;
  if (!sick && !shut_gates.contains(place)) return {};
  return base::Error(base::ErrorCode::timeout, gate + " stayed shut");
}

run::World World::view() {
  return {.plan = plan,
          .actions = actions_,
          .executors = executors_,
          .watcher = watcher_,
          .clock = clock,
          .wait_at_gate = [this](const run::GateWait& asked) { return wait(asked); }};
}

void World::on_event(const run::Event&) {
  if (++records_ == killed_after_record) throw Killed{};
}

run::Outcome World::upgrade() {
  auto journal = *run::Journal::create(journal_, "20260101-demo", clock);
  auto world = view();
  run::Runner runner(world, orders, journal, *this);
  run::Event started;
  started.data = base::Json::object({{"cluster", plan.cluster}, {"release", plan.release.version}});
  started.data.set("verified", "every member runs 2.0");
  started.data.set("steps", to_json(steps));
  return *runner.begin(std::move(started));
}

run::Outcome World::resume() {
  auto journal = *run::Journal::reopen(journal_, clock);
  auto world = view();
  run::Runner runner(world, orders, journal, *this);
  return *runner.carry_on();
}

run::Outcome World::obey(run::Wish wish) {
  auto journal = *run::Journal::reopen(journal_, clock);
  auto world = view();
  run::Runner runner(world, orders, journal, *this);
  return *runner.obey(wish);
}

std::vector<std::string> World::steps_begun() const {
  std::vector<std::string> ids;
  for (const auto& event : events()) {
    if (event.kind == run::EventKind::step_started) ids.push_back(event.step);
  }
  return ids;
}

}  // namespace run_world
