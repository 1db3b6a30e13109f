#pragma once

#include "exec/executor.h"
#include "exec/host_facts.h"
#include "exec/systemd_unit.h"
#include "exec/transport.h"

#include <memory>

// The executor for servers that a service manager runs, here or on a host behind ssh, and for plain
// processes behind ssh. Its verbs are carried out there by a shell script (host_script.sh); a host
// needs a POSIX shell, coreutils, awk, flock and setsid, and nothing of natsctl's. What it keeps
// lies in the node's folder there:
//
//   DIR/releases/VERSION/nats-server, current, previous   as in release_store.h
//   DIR/server                                            the process: "PID START RELEASE"
//   DIR/environ, folder, start.sh, server.log             of a plain process
//   DIR/lock.json                                         see node_lock.h
//
// and, with a systemd unit:
//
//   /etc/systemd/system/UNIT.d/50-natsctl.conf            it runs DIR/current/nats-server
//   /run/systemd/system/UNIT.d/zz-natsctl-hold.conf       while natsctl drains it, until start():
//                                                         nobody starts it. A reboot or an hour
//                                                         ends it too.
//
// A connection that is lost in the middle of a verb is made again, for a while, and then the host
// is looked at: each verb either is repeatable or finds out whether it has happened.
namespace exec {

class HostExecutor final : public Executor {
 public:
  HostExecutor(const plan::Node& node, std::unique_ptr<Transport> transport);

  base::Result<Facts> facts() override;
  base::Result<std::vector<Concern>> audit() override;
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
  // A verb of the script, its words, and its stdin.
  base::Result<HostAnswer> ask(const std::vector<std::string>& words, const Command& rest = {});
  base::Result<HostAnswer> ask_once(const std::vector<std::string>& words, Command rest);
  base::Result<void> tell(const std::vector<std::string>& words, const Command& rest = {});

  base::Error error(base::ErrorCode code, const std::string& what) const;
  plan::fs::path program_file(const std::string& version) const;
  base::Result<ProcessId> start_once(const StartSpec& spec, const std::string& version);
  base::Result<std::string> start_script(const StartSpec& spec, const std::string& version);
  base::Result<void> upload(const plan::Release& release, const std::string& sha256);
  base::Result<bool> send(const plan::fs::path& from, const plan::fs::path& part);
  base::Result<std::string> lock_file();  // its text; empty: there is none
  base::Result<bool> swap_lock(const std::string& before, const std::string& after);

  plan::Node node_;
  plan::fs::path dir_;
  std::unique_ptr<Transport> transport_;
  bool answered_ = false;  // the host was reached once: it is worth waiting for
};

// Every NATS server of the host that a spec names. Changes nothing.
base::Result<std::vector<FoundServer>> find_servers(const plan::ExecutorSpec& spec);

// Where ssh really goes, after all of the user's configuration: "10.0.0.1" for the alias h1.
base::Result<std::string> ssh_address(const plan::ExecutorSpec& spec);

// What is wrong when the script failed on the host, with what to do. Pure.
base::Error host_trouble(const std::string& host,
                         const plan::ExecutorSpec& spec,
                         const Outcome& outcome);

}  // namespace exec
