#include "exec/host_executor.h"

#include "base/digest.h"
#include "base/text.h"
#include "exec/host_script.h"
#include "exec/node_lock.h"
#include "exec/shell.h"

#include <thread>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kMissing = 2;  // the script's exit status for a file that is not there
constexpr base::nanoseconds kReconnect =
    std::chrono::seconds(20);  // a link that flaps, a sshd that restarts
constexpr base::nanoseconds kHostPause = std::chrono::seconds(1);  // between two tries
constexpr int kHoldSeconds = 3600;  // a lame duck is done long before; see host_script.sh
constexpr int kLastLines = 5;

const char* name_of(Signal signal) {
  switch (signal) {
    case Signal::interrupt:
      return "INT";
    case Signal::terminate:
      return "TERM";
    case Signal::kill:
      return "KILL";
    case Signal::lame_duck:
      return "USR2";  // Source: docs.nats.io/running-a-nats-service/nats_admin/signals
    case Signal::reload:
      return "HUP";
    case Signal::reopen_log:
      return "USR1";
  }
  return "";
}

// It becomes a folder's name there, and a word of a list of them.
Result<void> check_word(const std::string& version) {
  const bool fits = !version.empty() && version.front() != '.' &&
                    std::all_of(version.begin(), version.end(), [](char c) {
                      return std::isalnum(static_cast<unsigned char>(c)) ||
                             std::string_view("._-+").find(c) != std::string_view::npos;
                    });
  if (!fits) return Error(ErrorCode::invalid, fmt::format("'{}' is no version", version));
  return {};
}

std::string text_of(const ProcessId& id) {
  return fmt::format("process {}", id.pid);
}

Command with_input(std::string text) {
  Command command;
  command.input = std::move(text);
  return command;
}

}  // namespace

HostExecutor::HostExecutor(const plan::Node& node, std::unique_ptr<Transport> transport)
    : node_(node), dir_(node.executor.dir), transport_(std::move(transport)) {}

Error HostExecutor::error(ErrorCode code, const std::string& what) const {
  return {code, node_.executor.is_remote() ? transport_->host() + ": " + what : what};
}

Result<HostAnswer> HostExecutor::ask_once(const std::vector<std::string>& words, Command rest) {
  rest.argv = {"sh", "-c", host_script(), "natsctl", node_.executor.sudo ? "yes" : "no"};
  rest.argv.insert(rest.argv.end(), words.begin(), words.end());
  rest.errors_apart = true;
  const auto outcome = TRY(transport_->run(rest));
  answered_ = true;
  if (!outcome.ok()) return host_trouble(transport_->host(), node_.executor, outcome);
  auto answer = HostAnswer::read(outcome.output);
  if (!answer) return std::move(answer).error().in(transport_->host());
  return answer;
}

Result<HostAnswer> HostExecutor::ask(const std::vector<std::string>& words, const Command& rest) {
  const auto begun = std::chrono::steady_clock::now();
  for (;;) {
    auto answer = ask_once(words, rest);
    const bool lost = !answer && answer.error().code == ErrorCode::timeout;
    const bool patient = std::chrono::steady_clock::now() - begun < kReconnect;
    if (!lost || !answered_ || !patient) return answer;
    std::this_thread::sleep_for(kHostPause);
  }
}

Result<void> HostExecutor::tell(const std::vector<std::string>& words, const Command& rest) {
  TRY(ask(words, rest));
  return {};
}

plan::fs::path HostExecutor::program_file(const std::string& version) const {
  return dir_ / "releases" / version / "nats-server";
}

Result<Facts> HostExecutor::facts() {
  // Behind ssh the plan's address may be another than the server's own: its port counts there.
  const auto host = node_.executor.is_remote() ? "" : kernel_host(node_.client.host);
  const auto answer = TRY(ask({"facts",
                               dir_.string(),
                               std::to_string(node_.client.port),
                               host,
                               node_.pid_file.string(),
                               node_.executor.service}));
  return read_facts(answer, dir_);
}

Result<std::vector<Concern>> HostExecutor::audit() {
  if (node_.executor.service.empty()) return std::vector<Concern>();
  const auto answer = TRY(ask({"unit", node_.executor.service}));
  auto unit = SystemdUnit::read(node_.executor.service, answer.all("property"));
  unit.held = answer.says("held");
  return exec::audit(unit, dir_);
}

Result<void> HostExecutor::adopt(const std::string& running_version) {
  TRY(check_word(running_version));
  const auto now = TRY(facts());
  if (!now.running || !now.running->release.empty()) return {};
  const auto& server = *now.running;
  const auto pid = std::to_string(server.id.pid);
  const auto start = std::to_string(server.id.start_ticks);
  TRY(tell({"keep", pid, start, program_file(running_version).string()}));
  TRY(activate(running_version));
  if (!node_.executor.service.empty()) {
    const auto& command = server.command;
    const auto arguments = std::vector<std::string>(
        command.empty() ? command.end() : std::next(command.begin()), command.end());
    TRY(tell({"drop-in", node_.executor.service}, with_input(drop_in(dir_, arguments))));
  } else {
    TRY(tell({"surroundings", dir_.string(), pid, start}));
  }
  // Last: with it the server counts as in our care.
  return tell({"record", dir_.string(), pid, start, running_version});
}

Result<void> HostExecutor::activate(const std::string& version) {
  TRY(check_word(version));
  return tell({"activate", dir_.string(), version});
}

Result<void> HostExecutor::revert() {
  return tell({"revert", dir_.string()});
}

Result<ProcessId> HostExecutor::start(const StartSpec& spec) {
  const auto now = TRY(facts());
  if (now.running) {
    return error(
        ErrorCode::refused,
        "a server runs already, " + text_of(now.running->id) + "; somebody restarted it meanwhile");
  }
  if (now.active_release.empty()) return error(ErrorCode::not_found, "no release is active");
  auto started = start_once(spec, now.active_release);
  if (started || started.error().code != ErrorCode::timeout) return started;
  // The connection was lost on the way: whether the server was started is there to be seen.
  const auto after = TRY(facts());
  if (after.running) return after.running->id;
  return start_once(spec, now.active_release);
}

Result<ProcessId> HostExecutor::start_once(const StartSpec& spec, const std::string& version) {
  const auto& executor = node_.executor;
  Result<HostAnswer> answer = HostAnswer();
  if (!executor.service.empty()) {
    TRY(tell({"drop-in", executor.service}, with_input(drop_in(dir_, spec.args))));
    answer = ask_once({"start-unit", dir_.string(), executor.service, version}, {});
  } else if (!executor.start.empty()) {
    answer = ask_once({"start-command",
                       dir_.string(),
                       version,
                       std::to_string(node_.client.port),
                       executor.is_remote() ? "" : kernel_host(node_.client.host),
                       node_.pid_file.string(),
                       executor.start},
                      {});
  } else {
    answer =
        ask_once({"start", dir_.string(), version}, with_input(TRY(start_script(spec, version))));
  }
  if (!answer) {
    if (answer.error().code != ErrorCode::io) return std::move(answer).error();
    const auto lines = last_output(kLastLines);
    return Error(ErrorCode::io,
                 answer.error().what + (lines.empty() ? "" : "; its last lines:\n" + lines));
  }
  const auto id = answer->process();
  if (!id) return error(ErrorCode::protocol, "it does not say which process was started");
  return *id;
}

// A shell script, whose process becomes the server: the environment holds secrets, so it may stand
// in no command line.
Result<std::string> HostExecutor::start_script(const StartSpec& spec, const std::string& version) {
  const auto folder = read_file(dir_ / "folder");
  const auto environment = read_file(dir_ / "environ");
  for (const auto* file : {&folder, &environment}) {
    if (!*file && file->error().code != ErrorCode::not_found) return file->error();
  }
  auto where = folder ? std::string(base::trim(*folder)) : std::string();
  if (where.empty()) where = (node_.config.empty() ? dir_ : node_.config.parent_path()).string();
  std::string script = "cd " + shell_word(where) + " || exit 1\n";
  for (const auto& entry :
       environment ? base::split(*environment, '\0') : std::vector<std::string>()) {
    const auto equals = entry.find('=');
    const auto name = entry.substr(0, equals);
    const bool usable =
        equals != std::string::npos && equals > 0 &&
        std::all_of(
            name.begin(),
            name.end(),
            [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }) &&
        !std::isdigit(static_cast<unsigned char>(name.front()));
    if (usable) script += "export " + name + "=" + shell_word(entry.substr(equals + 1)) + "\n";
  }
  script += "exec " + shell_word(program_file(version).string());
  for (const auto& argument : spec.args)
    script += " " + shell_word(argument);
  return script + "\n";
}

Result<void> HostExecutor::signal(Signal signal, const ProcessId& expected) {
  const auto& executor = node_.executor;
  const auto pid = std::to_string(expected.pid);
  const auto start = std::to_string(expected.start_ticks);
  if (!executor.hold.empty() && ends(signal)) TRY(tell({"command", executor.hold}));
  if (!executor.stop.empty() && signal == Signal::interrupt && TRY(runs(expected)))
    return tell({"command", executor.stop});
  const auto answer = executor.service.empty() ? TRY(ask({"signal", name_of(signal), pid, start}))
                                               : TRY(ask({"signal-unit",
                                                          name_of(signal),
                                                          pid,
                                                          start,
                                                          executor.service,
                                                          std::to_string(kHoldSeconds)}));
  if (answer.says("gone"))
    return error(ErrorCode::not_found, text_of(expected) + " does not run any more");
  return {};
}

Result<bool> HostExecutor::runs(const ProcessId& id) {
  const auto answer = TRY(ask({"runs", std::to_string(id.pid), std::to_string(id.start_ticks)}));
  return answer.says("runs");
}

std::string HostExecutor::last_output(int lines) {
  const auto count = std::to_string(lines);
  const auto answer = node_.executor.service.empty()
                          ? ask({"log", dir_.string(), count})
                          : ask({"log-unit", node_.executor.service, count});
  return answer ? std::string(base::trim(answer->text())) : std::string();
}

Result<Outcome> HostExecutor::run(const Command& command) {
  auto outcome = TRY(transport_->run(command));
  outcome.output += outcome.errors;
  return outcome;
}

Result<plan::fs::path> HostExecutor::program(const std::string& version) {
  TRY(check_word(version));
  const auto now = TRY(facts());
  if (std::find(now.releases.begin(), now.releases.end(), version) == now.releases.end())
    return error(ErrorCode::not_found,
                 fmt::format("{}: release {} is not staged", dir_.string(), version));
  return program_file(version);
}

Result<void> HostExecutor::forget() {
  const auto now = TRY(facts());
  if (now.running) {
    return error(ErrorCode::refused, "its server still runs, " + text_of(now.running->id));
  }
  return tell({"forget", dir_.string(), node_.executor.service});
}

Result<std::string> HostExecutor::read_file(const plan::fs::path& file) {
  return TRY(ask({"read", file.string()})).text();
}

Result<void> HostExecutor::write_file(const plan::fs::path& file,
                                      const std::string& text,
                                      bool secret) {
  return tell({"write", file.string(), secret ? "600" : "644"}, with_input(text));
}

Result<void> HostExecutor::remove_file(const plan::fs::path& file) {
  return tell({"remove", file.string()});
}

Error host_trouble(const std::string& host,
                   const plan::ExecutorSpec& spec,
                   const Outcome& outcome) {
  const auto said = std::string(base::trim(outcome.errors));
  const auto has = [&](std::string_view text) { return said.find(text) != std::string::npos; };
  auto code = ErrorCode::io;
  std::string remedy;
  if (outcome.status == kMissing) {
    code = ErrorCode::not_found;
  } else if (has("sudo:")) {
    code = ErrorCode::refused;
    remedy =
        "sudo must allow it without a password; examples/ssh-systemd/sudoers has what natsctl "
        "needs";
  } else if (has("No space left on device")) {
    remedy = "make room in " + spec.dir.string();
  } else if (has("masked")) {
    code = ErrorCode::refused;
    remedy = "systemctl unmask " + spec.service;
  } else if (has("Permission denied") || has("ermission not permitted") || has("Access denied") ||
             has("interactive authentication required") || has("Operation not permitted")) {
    code = ErrorCode::refused;
    remedy = fmt::format(
        "{} must belong to the user that natsctl works as there; for what needs root, say sudo: "
        "true",
        spec.dir.string());
  }
  auto what = said.empty() ? fmt::format("a command ended with status {}", outcome.status) : said;
  return {code, fmt::format("{}: {}{}", host, what, remedy.empty() ? "" : " (" + remedy + ")")};
}

}  // namespace exec
