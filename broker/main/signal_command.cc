#include "broker/main/signal_command.h"

#include "base/files.h"
#include "base/text.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace broker {
namespace {

base::Error no_signal(const std::string& what) {
  return {base::ErrorCode::refused, what};
}

int signal_of(const std::string& command) {
  if (command == "stop") return SIGKILL;
  if (command == "quit") return SIGINT;
  if (command == "term") return SIGTERM;
  if (command == "reopen") return SIGUSR1;
  if (command == "reload") return SIGHUP;
  if (command == "ldm") return SIGUSR2;
  return 0;
}

base::Result<std::vector<pid_t>> read_pids(std::string text) {
  const bool prefix = text.ends_with('*');
  if (prefix) text.pop_back();
  if (text.empty() || prefix) {
    std::vector<pid_t> found;
    for (const pid_t pid : find_servers()) {
      if (std::to_string(pid).starts_with(text)) found.push_back(pid);
    }
    if (found.empty()) return no_signal("no nats-server processes running");
    if (prefix || found.size() == 1) return found;
    std::string list = "multiple nats-server processes running:";
    for (const pid_t pid : found)
      list += "\n" + std::to_string(pid);
    return no_signal(list);
  }
  std::error_code problem;
  std::string digits = text;
  if (std::filesystem::is_regular_file(text, problem)) {
    const auto content = base::read_file(text);
    if (content) digits = base::trim(*content);
  }
  const auto pid = base::parse_int(digits);
  if (!pid || *pid <= 0) return no_signal("invalid pid: " + digits);
  return std::vector<pid_t>{static_cast<pid_t>(*pid)};
}

}  // namespace

std::vector<pid_t> find_servers(const std::filesystem::path& proc) {
  std::vector<pid_t> found;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(proc, problem)) {
    const auto pid = base::parse_int(entry.path().filename().string());
    if (!pid || *pid == getpid()) continue;
    const auto name = base::read_file(entry.path() / "comm");
    if (!name) continue;
    const auto program = base::trim(*name);
    if (program == "nats-server" || program == "nats-broker") {
      found.push_back(static_cast<pid_t>(*pid));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

base::Result<void> send_signal_command(const std::string& command) {
  const auto parts = base::split(command, '=');
  if (parts.size() > 2) {
    const std::vector<std::string> rest(parts.begin() + 2, parts.end());
    return no_signal("invalid signal parameters: [" + base::join(rest, " ") + "]");
  }
  const auto pids = TRY(read_pids(parts.size() == 2 ? parts[1] : ""));
  const int number = signal_of(parts[0]);
  if (number == 0) return no_signal("unknown signal \"" + parts[0] + "\"");
  std::string failed;
  for (const pid_t pid : pids) {
    if (::kill(pid, number) == 0) continue;
    const bool gone = errno == ESRCH;
    failed += "\nsignal \"" + parts[0] + "\" " + std::to_string(pid) + ": " +
              (gone ? "no such process" : "operation not permitted");
  }
  if (!failed.empty()) return no_signal(failed);
  return {};
}

}  // namespace broker
