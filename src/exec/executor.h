#pragma once

#include "base/result.h"
#include "base/units.h"
#include "exec/process.h"
#include "plan/plan.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// How natsctl touches the machine of one node. Few verbs, each with a written promise; every verb
// may be repeated after a crash in its middle, of natsctl or of the machine: what it had done stays
// true, and what it had not is as before. ErrorCode::timeout (a lost connection too) says nothing
// about the effect: look with facts(). tests/support/executor_promises.h holds every executor
// to these words.
//
// Threads: one executor serves one thread at a time; different executors are independent.
namespace exec {

// A process is known by pid and start time together: a pid alone may be somebody else's by now.
struct ProcessId {
  int pid = 0;
  // Field 22 of /proc/PID/stat; of a container, when its engine started it, in ns since 1970.
  std::uint64_t start_ticks = 0;

  bool operator==(const ProcessId&) const = default;
};

struct RunningServer {
  ProcessId id;
  plan::fs::path binary;  // the file it was started from, links resolved; of a container, its image
  std::vector<std::string> command;  // its whole command line
  std::vector<int> listens;          // TCP ports; in lame duck the client port is not among them
  std::string release;               // the staged one it came from; empty: not in our care yet
};

// What is true on the machine now.
struct Facts {
  std::string os;    // "linux"
  std::string arch;  // "amd64"
  std::uint64_t free_bytes = 0;
  bool may_write = true;  // natsctl's folder for the node is there, or can be made
  std::optional<RunningServer> running;
  std::string active_release;         // its version; empty: none was activated by natsctl yet
  std::vector<std::string> releases;  // staged, by version
  std::vector<int> busy_ports;        // TCP ports that somebody listens on there
  std::string about = {};             // what else there is to say, for people
};

// Something about the machine that an upgrade would stumble over, or an operator should know.
struct Concern {
  std::string what;
  std::string hint;   // what to do about it
  bool stops = true;  // the upgrade must not begin
};

enum class Signal { interrupt, terminate, kill, lame_duck, reload, reopen_log };

// Whether a server that gets it goes.
constexpr bool ends(Signal signal) {
  return signal != Signal::reload && signal != Signal::reopen_log;
}

// A server to be started: the active release's binary, with these arguments.
struct StartSpec {
  std::vector<std::string> args;
};

class Executor {
 public:
  virtual ~Executor() = default;

  // Changes nothing.
  virtual base::Result<Facts> facts() = 0;

  // How the machine is set up, beyond what facts() says. Changes nothing.
  virtual base::Result<std::vector<Concern>> audit() { return std::vector<Concern>(); }

  // What would stand in the way of staging a release, as far as can be told before. Changes nothing
  // that stays.
  virtual base::Result<std::vector<Concern>> audit_release(const plan::Release& /*release*/) {
    return std::vector<Concern>();
  }

  // Puts a release beside the active one, checked against its sha256. Done already: does nothing.
  // Nothing active changes.
  virtual base::Result<void> stage(const plan::Release& release) = 0;

  // Takes a running server that natsctl did not start into its care: keeps its program as the
  // release `running_version` and makes that the active one, and remembers its process, folder and
  // environment. So there is a way back, and until activate() a restart gives the old program.
  // Nothing runs, or natsctl started it: does nothing. To be called while the server runs: its
  // program cannot be had for certain once it has ended.
  virtual base::Result<void> adopt(const std::string& running_version) = 0;

  // Makes a staged release the one that start() uses, in one atomic step. Remembers the one before,
  // for revert().
  virtual base::Result<void> activate(const std::string& version) = 0;

  // Makes the release active that was so before the last activate(); done already: does nothing.
  virtual base::Result<void> revert() = 0;

  // Starts the active release. A container keeps the arguments that it has. Refused while a server
  // of this node runs. Returns when the process exists, which says nothing about its health.
  virtual base::Result<ProcessId> start(const StartSpec& spec) = 0;

  // ErrorCode::not_found when `expected` does not run any more or is another process. A server that
  // is asked to end is not started again by the machine's supervisor until start().
  virtual base::Result<void> signal(Signal signal, const ProcessId& expected) = 0;

  // Whether that very process runs.
  virtual base::Result<bool> runs(const ProcessId& id) = 0;

  // What a person has to do by hand now that the active release runs, a sentence each.
  virtual std::vector<std::string> left_to_people() { return {}; }

  // The last lines the server wrote, for the report when it fails.
  virtual std::string last_output(int lines) = 0;

  // Runs a command on the machine to its end. With program() or RunningServer::binary in front it
  // sees the server's own files.
  virtual base::Result<Outcome> run(const Command& command) = 0;

  // The program of a staged release there, as run() takes it; an error when it is not staged.
  virtual base::Result<plan::fs::path> program(const std::string& version) = 0;

  // Removes all that natsctl keeps for this node. Refused while a server of it runs.
  virtual base::Result<void> forget() = 0;

  virtual base::Result<std::string> read_file(const plan::fs::path& file) = 0;
  virtual base::Result<void> write_file(const plan::fs::path& file,
                                        const std::string& text,
                                        bool secret) = 0;
  virtual base::Result<void> remove_file(const plan::fs::path& file) = 0;

  // The node's lock: who holds it, and until when it counts. take_lock() is refused while another
  // owner's lock has not expired; the same owner renews it.
  struct Lock {
    std::string owner;  // run id
    std::string host;
    base::WallTime expires;
  };

  virtual base::Result<void> take_lock(const Lock& lock, base::WallTime now) = 0;
  virtual base::Result<std::optional<Lock>> lock() = 0;
  virtual base::Result<void> release_lock(const std::string& owner) = 0;
};

// By plan: the executor of each node, and of the temporary one. Tests hand in fakes.
using MakeExecutor = std::function<std::unique_ptr<Executor>(const plan::Node&)>;

}  // namespace exec
