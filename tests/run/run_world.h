#pragma once

#include "run/run_store.h"
#include "run/runner.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

// A cluster made of variables, and natsctl's actions upon it. Tests arrange what goes wrong, run,
// and look at what became of the servers.
namespace run_world {

// natsctl ends here, as kill -9 ends it: nothing is tidied up.
struct Killed {};

struct Server {
  bool running = true;
  std::string version = "1.0";    // of the process
  std::string installed = "1.0";  // of the program that start-node starts
  std::map<std::string, int> starts;
};

class FakeExecutor final : public exec::Executor {
 public:
  explicit FakeExecutor(const Server& server) : server_(server) {}

  base::Result<exec::Facts> facts() override {
    exec::Facts facts;
    if (server_.running) facts.running = exec::RunningServer{};
    return facts;
  }

  base::Result<void> stage(const plan::Release&) override { return {}; }

  base::Result<void> adopt(const std::string&) override { return {}; }

  base::Result<void> activate(const std::string&) override { return {}; }

  base::Result<void> revert() override { return {}; }

  base::Result<exec::ProcessId> start(const exec::StartSpec&) override { return exec::ProcessId{}; }

  base::Result<void> signal(exec::Signal, const exec::ProcessId&) override { return {}; }

  base::Result<bool> runs(const exec::ProcessId&) override { return server_.running; }

  std::string last_output(int) override { return "panic: no such thing"; }

  base::Result<exec::Outcome> run(const exec::Command&) override { return exec::Outcome{}; }

  base::Result<plan::fs::path> program(const std::string&) override { return plan::fs::path{}; }

  base::Result<void> forget() override {
    forgotten = true;
    return {};
  }

  base::Result<std::string> read_file(const plan::fs::path&) override { return std::string(); }

  base::Result<void> write_file(const plan::fs::path&, const std::string&, bool) override {
    return {};
  }

  base::Result<void> remove_file(const plan::fs::path&) override { return {}; }

  base::Result<void> take_lock(const Lock& lock, base::WallTime now) override {
    if (held && held->owner != lock.owner && held->expires > now) {
      return base::Error(base::ErrorCode::refused, "locked by " + held->owner);
    }
    held = lock;
    return {};
  }

  base::Result<std::optional<Lock>> lock() override { return held; }

  base::Result<void> release_lock(const std::string& owner) override {
    if (held && held->owner == owner) held.reset();
    return {};
  }

  std::optional<Lock> held;
  bool forgotten = false;

 private:
  const Server& server_;
};

// Members A and B, and the temporary node C.
class World : public run::Observer {
 public:
  World();

  // natsctl upgrade, natsctl resume and so on: each a process of its own.
  run::Outcome upgrade();
  run::Outcome resume();
  run::Outcome obey(run::Wish wish);  // natsctl abort, natsctl rollback

  std::vector<std::string> steps_begun() const;  // ids, in the journal's order

  std::vector<run::Event> events() const { return *run::load_journal(journal_); }

  FakeExecutor& executor(const std::string& node) {
    return static_cast<FakeExecutor&>(*executors_.at(node));
  }

  std::map<std::string, Server> servers;
  plan::Plan plan;
  playbook::Steps steps;
  run::Orders orders;
  support::FakeClock clock{support::FakeClock::Waits::jump};

  // What goes wrong.
  std::set<std::string> failing_steps;  // their apply says no
  std::set<std::string> shut_gates;     // of these steps
  std::string sick_release;             // a member that runs it never becomes healthy
  int killed_after_record = 0;          // natsctl is killed after so many records; 0: it is not
  int killed_after_effect = 0;          // likewise, after so many effects
  std::function<void(const std::string& step)> when_waiting = [](const std::string&) {};

  void on_event(const run::Event& event) override;

  void on_look(const watch::Snapshot&) override {}

 private:
  using Effect = std::function<void(Server&)>;
  using Test = std::function<bool(const Server&)>;

  void add_action(const std::string& name, bool changes, const Test& is_done, const Effect& effect);
  void add_actions();
  void add_steps();
  base::Result<void> wait(const run::GateWait& wait);
  run::World view();

  support::TempDir folder_;
  std::filesystem::path journal_;
  std::map<std::string, std::unique_ptr<exec::Executor>> executors_;
  std::vector<actions::Action> actions_;
  watch::Watcher watcher_{clock};
  int records_ = 0;
  int effects_ = 0;
};

}  // namespace run_world
