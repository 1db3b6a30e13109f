#pragma once

#include "base/result.h"
#include "base/units.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Child processes: a command that is waited for, and a server that is left alone.
//
// posix_spawn and not Boost.Process: a server must get none of our descriptors, a session of its
// own and the signal mask of a fresh process (ours has SIGINT and SIGTERM blocked, see
// base/interrupt.h). Neither of Boost 1.81's versions can do any of the three without code between
// fork and exec, which is not safe in a program with threads.
//
// Threads: any thread may call both.
namespace exec {

namespace fs = std::filesystem;

// How a command ended.
struct Outcome {
  int status = 0;  // its exit code; 128 + the signal that ended it
  std::string
      output;  // what it wrote to stdout and stderr, as it came; the end is cut off after 1 MiB
  std::string errors = {};  // stderr alone, when the command wanted the two apart

  bool ok() const { return status == 0; }
};

struct Command {
  std::vector<std::string> argv;  // the program by path, or a name that is looked up in PATH
  base::nanoseconds timeout = std::chrono::seconds(30);
  std::vector<std::pair<std::string, std::string>> environment = {};  // beside our own
  std::string input = {};                                             // its stdin: this text,
  fs::path input_file = {};                                           // or this file,
  std::uint64_t input_at = 0;                                         // from here on
  bool errors_apart = false;  // stderr goes to Outcome::errors
};

// Runs a command to its end. stdin is what the command says, else empty. After the timeout the
// command and what it started are killed, and the error (ErrorCode::timeout) has its last lines.
// ErrorCode::not_found when there is no such program.
base::Result<Outcome> run_command(const Command& command);

struct Detached {
  std::vector<std::string> argv;                        // the program by absolute path
  fs::path log;                                         // stdout and stderr are appended here
  fs::path folder;                                      // where it works; empty: our own
  std::optional<std::vector<std::string>> environment;  // "NAME=value"; absent: our own
};

// Starts a program that outlives us: a session of its own, stdin empty, no descriptor of ours.
// Returns its pid. When it ends before us it stays a zombie until somebody asks is_alive() (proc.h)
// about it.
base::Result<int> start_detached(const Detached& server);

// Takes a child that has ended off the process table; true when it had.
bool reap(int pid);

}  // namespace exec
