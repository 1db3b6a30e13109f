#pragma once

#include "exec/executor.h"
#include "exec/process_record.h"
#include "exec/release_store.h"

#include <memory>

// The executor for servers that are processes of this machine. What it keeps lies in the node's
// folder:
//
//   DIR/releases, current, previous   see release_store.h
//   DIR/server.json                   the process, see process_record.h
//   DIR/server.log                    what servers started by natsctl wrote
//   DIR/lock.json                     see node_lock.h
//
// A server is found by its record, else by the plan's pid file, else by its client port. A pid out
// of a file counts only when that process listens on the client port: the file may be older than
// the process.
namespace exec {

class ProcessExecutor final : public Executor {
 public:
  explicit ProcessExecutor(const plan::Node& node);

  base::Result<Facts> facts() override;
  base::Result<void> stage(const plan::Release& release) override;
  base::Result<void> adopt(const std::string& running_version) override;
  base::Result<void> activate(const std::string& version) override;
  base::Result<void> revert() override;
  base::Result<ProcessId> start(const StartSpec& spec) override;
  base::Result<void> signal(Signal signal, const ProcessId& expected) override;
  base::Result<bool> runs(const ProcessId& id) override;
  std::string last_output(int lines) override;
  base::Result<Outcome> run(const Command& command) override;
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
  base::Result<std::optional<ProcessId>> find_server();

  plan::Node node_;
  plan::fs::path dir_;
  ReleaseStore releases_;
  std::vector<int> children_;  // started by us and not seen to end: a server may well outlive us
};

}  // namespace exec
