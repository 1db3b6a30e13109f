#pragma once

#include "exec/executor.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace support {

// A machine that exists in variables. It remembers what it was asked, in one list for all machines
// that share it, and does what the test says.
//
//   auto asked = std::make_shared<std::vector<std::string>>();
//   FakeExecutor a("A", asked);
//   a.on_signal = [&](exec::Signal s) { if (s == exec::Signal::lame_duck) a.state.running.reset();
//   }; a.fail["start"] = "no room";   // the next start() fails CHECK(*asked ==
//   std::vector<std::string>{"A stage 2.10.28", "A signal lame_duck", ...});
class FakeExecutor final : public exec::Executor {
 public:
  FakeExecutor(std::string node, std::shared_ptr<std::vector<std::string>> asked)
      : node_(std::move(node)), asked_(std::move(asked)) {
    state.os = "linux";
    state.arch = "amd64";
    state.free_bytes = std::uint64_t{1} << 40U;
  }

  exec::Facts state;                         // what facts() says
  std::map<std::string, std::string> fail;   // verb -> why its next call fails
  std::map<std::string, std::string> files;  // what write_file() wrote
  std::string output;                        // what last_output() says
  exec::Outcome outcome;                     // of every command that run() runs
  std::function<void()> on_start = [] {};
  std::function<void(exec::Signal)> on_signal = [](exec::Signal) {};
  std::optional<Lock> held;

  // A server runs there that natsctl did not start.
  void run_foreign(const std::vector<int>& ports);

  base::Result<exec::Facts> facts() override;
  base::Result<void> stage(const plan::Release& release) override;
  base::Result<void> adopt(const std::string& running_version) override;
  base::Result<void> activate(const std::string& version) override;
  base::Result<void> revert() override;
  base::Result<exec::ProcessId> start(const exec::StartSpec& spec) override;
  base::Result<void> signal(exec::Signal signal, const exec::ProcessId& expected) override;
  base::Result<bool> runs(const exec::ProcessId& id) override;
  std::string last_output(int lines) override;
  base::Result<exec::Outcome> run(const exec::Command& command) override;
  base::Result<plan::fs::path> program(const std::string& version) override;
  base::Result<void> forget() override;
  base::Result<std::string> read_file(const plan::fs::path& file) override;
  base::Result<void> write_file(const plan::fs::path& file,
                                const std::string& text,
                                bool secret) override;
  base::Result<void> remove_file(const plan::fs::path& file) override;
  base::Result<void> take_lock(const Lock& lock, base::WallTime now) override;
  base::Result<std::optional<Lock>> lock() override;
  base::Result<void> release_lock(const std::string& owner) override;

 private:
  base::Result<void> note(const std::string& verb, const std::string& what = "");

  std::string node_;
  std::shared_ptr<std::vector<std::string>> asked_;
  std::string previous_;
  int pids_ = 100;
};

}  // namespace support
