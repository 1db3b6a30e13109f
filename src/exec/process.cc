#include "exec/process.h"

#include "base/text.h"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxOutput = 1024 * 1024;  // more than any command of ours says in earnest

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const auto& text : texts)
    result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> our_environment() {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry)
    result.emplace_back(*entry);
  return result;
}

// The settings of one posix_spawn: a fresh process's signals, stdin empty, nothing inherited above
// stderr.
class Spawn {
 public:
  explicit Spawn(short flags) {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | flags));
    posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
  }

  ~Spawn() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }

  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  void output_to(int descriptor, int errors) {
    posix_spawn_file_actions_adddup2(&files_, descriptor, 1);
    posix_spawn_file_actions_adddup2(&files_, errors, 2);
  }

  void input_from(int descriptor) { posix_spawn_file_actions_adddup2(&files_, descriptor, 0); }

  void work_in(const fs::path& folder) {
    posix_spawn_file_actions_addchdir_np(&files_, folder.c_str());
  }

  Result<int> go(const std::vector<std::string>& argv,
                 const std::vector<std::string>& environment) {
    posix_spawn_file_actions_addclosefrom_np(&files_, 3);
    pid_t pid = 0;
    const int failed = posix_spawnp(&pid,
                                    argv.front().c_str(),
                                    &files_,
                                    &attributes_,
                                    pointers(argv).data(),
                                    pointers(environment).data());
    if (failed) {
      return Error(
          failed == ENOENT ? ErrorCode::not_found : ErrorCode::io,
          argv.front() + ": cannot be started: " + std::generic_category().message(failed));
    }
    return pid;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}

  ~Descriptor() { reset(); }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void reset(int value = -1) {
    if (value_ >= 0) ::close(value_);
    value_ = value;
  }

  int get() const { return value_; }

 private:
  int value_;
};

// Takes what is there to read; false at the end of the stream.
bool drain(int descriptor, std::string& output) {
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    const auto room = kMaxOutput - std::min(kMaxOutput, output.size());
    output.append(buffer, std::min(static_cast<std::size_t>(got), room));
  }
}

struct Reading {
  int pipe = -1;
  std::string& text;
  bool open = true;

  void take() { open = open && drain(pipe, text); }
};

// Reads until the process has ended or the time is over; true when it has ended.
bool read_until_exit(int pid, base::nanoseconds timeout, Reading output, Reading errors) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  for (;;) {
    const auto left =
        std::chrono::ceil<base::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd watched[3] = {{ended.get(), POLLIN, 0},
                         {output.open ? output.pipe : -1, POLLIN, 0},
                         {errors.open ? errors.pipe : -1, POLLIN, 0}};
    ::poll(watched, 3, static_cast<int>(std::min<long>(left.count(), 60'000)));
    if (watched[1].revents) output.take();
    if (watched[2].revents) errors.take();
    if (watched[0].revents) {
      output.take();  // a grandchild may hold the pipe open: what is there now is all we take
      errors.take();
      return true;
    }
  }
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

std::string last_lines(const std::string& output) {
  const auto text = std::string(base::trim(output));
  return text.size() <= 300 ? text : "..." + text.substr(text.size() - 300);
}

struct Pipe {
  Descriptor reading;
  Descriptor writing;

  Result<void> open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      return Error(ErrorCode::io,
                   std::string("no pipe for a command: ") + std::generic_category().message(errno));
    }
    reading.reset(ends[0]);
    writing.reset(ends[1]);
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
    return {};
  }
};

// The command's stdin; -1 when it has none. A text lies in a file of the memory: a pipe would have
// to be fed while the output is read.
Result<int> open_input(const Command& command) {
  if (!command.input_file.empty()) {
    const int file = ::open(command.input_file.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 || ::lseek(file, static_cast<off_t>(command.input_at), SEEK_SET) < 0) {
      return Error(ErrorCode::io,
                   command.input_file.string() +
                       ": cannot be read: " + std::generic_category().message(errno));
    }
    return file;
  }
  if (command.input.empty()) return -1;
  const int memory = ::memfd_create("input", MFD_CLOEXEC);
  std::string_view left = command.input;
  while (memory >= 0 && !left.empty()) {
    const ssize_t wrote = ::write(memory, left.data(), left.size());
    if (wrote < 0) break;
    left.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (memory < 0 || !left.empty() || ::lseek(memory, 0, SEEK_SET) < 0) {
    if (memory >= 0) ::close(memory);
    return Error(
        ErrorCode::io,
        std::string("no memory for a command's input: ") + std::generic_category().message(errno));
  }
  return memory;
}

}  // namespace

Result<Outcome> run_command(const Command& command) {
  if (command.argv.empty()) return Error(ErrorCode::invalid, "a command without a program");
  Pipe output;
  Pipe errors;
  TRY(output.open());
  if (command.errors_apart) TRY(errors.open());
  const Descriptor input(TRY(open_input(command)));

  auto environment = our_environment();
  for (const auto& [name, value] : command.environment) {
    const auto assignment = name + "=";
    std::erase_if(environment, [&](const auto& entry) { return entry.starts_with(assignment); });
    environment.push_back(assignment + value);
  }
  Spawn spawn(POSIX_SPAWN_SETPGROUP);  // a group of its own, so that a timeout ends all of it
  const auto& stderr_pipe = command.errors_apart ? errors : output;
  spawn.output_to(output.writing.get(), stderr_pipe.writing.get());
  if (input.get() >= 0) spawn.input_from(input.get());
  const int pid = TRY(spawn.go(command.argv, environment));
  output.writing.reset();
  errors.writing.reset();

  Outcome outcome;
  const bool ended = read_until_exit(pid,
                                     command.timeout,
                                     {output.reading.get(), outcome.output},
                                     {errors.reading.get(), outcome.errors, command.errors_apart});
  if (!ended) ::kill(-pid, SIGKILL);
  int wait_status = 0;
  while (::waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) {
  }
  if (!ended) {
    auto what = command.argv.front() + ": not done after " + base::format_duration(command.timeout);
    if (!outcome.output.empty()) what += "; its last words: " + last_lines(outcome.output);
    return Error(ErrorCode::timeout, std::move(what));
  }
  outcome.status = status_of(wait_status);
  return outcome;
}

Result<int> start_detached(const Detached& server) {
  if (server.argv.empty()) return Error(ErrorCode::invalid, "a server without a program");
  const Descriptor log(::open(server.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (log.get() < 0) {
    return Error(
        ErrorCode::io,
        server.log.string() + ": cannot be written: " + std::generic_category().message(errno));
  }
  Spawn spawn(POSIX_SPAWN_SETSID);
  spawn.output_to(log.get(), log.get());
  if (!server.folder.empty()) spawn.work_in(server.folder);
  return spawn.go(server.argv, server.environment ? *server.environment : our_environment());
}

bool reap(int pid) {
  return ::waitpid(pid, nullptr, WNOHANG) == pid;
}

}  // namespace exec
