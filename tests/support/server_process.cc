#include "tests/support/server_process.h"

#include "contract/version.h"
#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/wire.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

namespace fs = std::filesystem;

namespace {

fs::path servers_folder() {
  if (const char* given = std::getenv("NATS_SERVERS")) return given;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"))
    return fs::path(cache) / "natsctl/nats-servers";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/") / ".cache/natsctl/nats-servers";
}

std::string url(int port) {
  return "nats://127.0.0.1:" + std::to_string(port);
}

// What happens between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

Release Release::broker() {
  return {BROKER_VERSION, fs::path(BUILD_ROOT) / "releases" / BROKER_VERSION / "nats-broker", true};
}

Release Release::broker_next() {
  return {BROKER_NEXT_VERSION,
          fs::path(BUILD_ROOT) / "releases" / BROKER_NEXT_VERSION / "nats-broker",
          true};
}

Release Release::real(const std::string& line) {
  std::optional<contract::Version> best;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(servers_folder(), ignored)) {
    const std::string name = entry.path().filename();
    const auto version = contract::Version::parse(name);
    if (!version || !fs::exists(entry.path() / "nats-server")) continue;
    if (line != "newest" && !name.starts_with(line + ".")) continue;
    if (!best || *best < *version) best = *version;
  }
  if (!best) {
    throw std::runtime_error("no nats-server " + line + " in " + servers_folder().string() +
                             ": run tests/support/get-nats-servers");
  }
  return {best->text(), servers_folder() / best->text() / "nats-server", false};
}

ServerProcess::ServerProcess(ServerSettings settings) : settings_(std::move(settings)) {
  if (settings_.port == 0) settings_.port = free_port();
  if (settings_.clustered && settings_.cluster_port == 0) settings_.cluster_port = free_port();
  if (settings_.monitored && settings_.monitor_port == 0) settings_.monitor_port = free_port();
  if (!settings_.conf.empty()) folder_.file(settings_.name + ".conf", settings_.conf);
  start();
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0 && !exit_code_) kill();
}

std::vector<std::string> ServerProcess::command() const {
  std::vector<std::string> words = {settings_.release.binary,
                                    "-a",
                                    "127.0.0.1",
                                    "-p",
                                    std::to_string(settings_.port),
                                    "-n",
                                    settings_.name};
  const auto add = [&](std::initializer_list<std::string> more) {
    words.insert(words.end(), more);
  };
  if (!settings_.conf.empty()) add({"-c", conf_file()});
  if (settings_.clustered) add({"-cluster", url(settings_.cluster_port)});
  if (!settings_.cluster_name.empty()) add({"-cluster_name", settings_.cluster_name});
  if (settings_.monitored) add({"-m", std::to_string(settings_.monitor_port)});
  std::string routes;
  for (const int port : settings_.routes)
    routes += (routes.empty() ? "" : ",") + url(port);
  if (!routes.empty()) add({"-routes", routes});
  words.insert(words.end(), settings_.arguments.begin(), settings_.arguments.end());
  return words;
}

void ServerProcess::start(Release release) {
  settings_.release = std::move(release);
  start();
}

void ServerProcess::start() {
  if (!fs::exists(settings_.release.binary)) {
    throw std::runtime_error(settings_.release.binary.string() + " is not there: build it first");
  }
  std::vector<std::string> words = command();
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int log = ::open((folder_ / (settings_.name + ".log")).c_str(),
                         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                         0644);
  const pid_t parent = ::getpid();
  exit_code_.reset();
  pid_ = ::fork();
  if (pid_ == 0) become(arguments.data(), log, parent);
  ::close(log);
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (!settings_.may_fail) wait_until_ready();
}

void ServerProcess::wait_until_ready() {
  const auto answers = [](int port) {
    try {
      // Waits until the server has let go of it, so that a test finds it without connections.
      Wire wire(port);
      if (!wire.next()) return false;
      wire.finish();
      return wire.closed();
    } catch (const WireError&) {
      return false;
    }
  };
  const auto listens = [](int port) {
    try {
      Wire wire(port);
      return true;
    } catch (const WireError&) {
      return false;
    }
  };
  const auto ready = [&] {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      throw std::runtime_error(settings_.name + " has ended with " + std::to_string(*exit_code_) +
                               ":\n" + log());
    }
    return answers(settings_.port) &&
           (settings_.cluster_port == 0 || listens(settings_.cluster_port)) &&
           (settings_.monitor_port == 0 || listens(settings_.monitor_port));
  };
  try {
    eventually(settings_.name + " answers on its ports", ready);
  } catch (const std::runtime_error&) {
    // The destructor does not run when the constructor throws.
    if (!exit_code_) kill();
    throw;
  }
}

std::string ServerProcess::log() const {
  std::ostringstream text;
  text << std::ifstream(folder_ / (settings_.name + ".log")).rdbuf();
  return text.str();
}

void ServerProcess::wait_for_log(const std::string& text, int times) const {
  eventually("'" + text + "' in the log of " + settings_.name, [&] {
    const std::string all = log();
    int found = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1))
      ++found;
    return found >= times;
  });
}

void ServerProcess::signal(int number) const {
  if (pid_ > 0 && !exit_code_) ::kill(pid_, number);
}

int ServerProcess::wait_for_exit(std::chrono::milliseconds patience) {
  eventually(
      settings_.name + " ends",
      [&] {
        int status = 0;
        if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
          exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        return exit_code_.has_value();
      },
      patience);
  return *exit_code_;
}

void ServerProcess::kill() {
  signal(SIGKILL);
  if (pid_ > 0 && !exit_code_) {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

int ServerProcess::stop() {
  signal(SIGINT);
  return wait_for_exit();
}

}  // namespace support
