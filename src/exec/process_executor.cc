#include "exec/process_executor.h"

#include "base/files.h"
#include "base/text.h"
#include "exec/host_facts.h"
#include "exec/listeners.h"
#include "exec/node_lock.h"
#include "exec/proc.h"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <fmt/core.h>
#include <sys/utsname.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

int number_of(Signal signal) {
  switch (signal) {
    case Signal::interrupt:
      return SIGINT;
    case Signal::terminate:
      return SIGTERM;
    case Signal::kill:
      return SIGKILL;
    case Signal::lame_duck:
      return SIGUSR2;  // Source: docs.nats.io/running-a-nats-service/nats_admin/signals
    case Signal::reload:
      return SIGHUP;
    case Signal::reopen_log:
      return SIGUSR1;
  }
  return 0;
}

bool listens_on(int pid, int port) {
  const auto ports = ports_of(pid);
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

}  // namespace

ProcessExecutor::ProcessExecutor(const plan::Node& node)
    : node_(node), dir_(node.executor.dir), releases_(node.executor.dir) {}

Result<std::optional<ProcessId>> ProcessExecutor::find_server() {
  std::erase_if(children_, reap);
  const auto record = TRY(read_record(dir_));
  if (record && is_alive(record->id)) return std::optional(record->id);
  std::error_code failed;
  if (!node_.pid_file.empty() && fs::exists(node_.pid_file, failed)) {
    const auto pid = base::parse_int(base::trim(TRY(base::read_file(node_.pid_file))));
    if (pid && listens_on(static_cast<int>(*pid), node_.client.port))
      return identify(static_cast<int>(*pid));
  }
  const auto pid = listener_on(node_.client);
  return pid ? identify(*pid) : std::optional<ProcessId>();
}

Result<Facts> ProcessExecutor::facts() {
  Facts facts;
  utsname machine{};
  ::uname(&machine);
  facts.os = base::lower(machine.sysname);
  facts.arch = go_arch(machine.machine);
  facts.free_bytes = TRY(base::free_space(dir_));
  facts.active_release = releases_.active();
  facts.releases = releases_.versions();
  for (const auto& listener : all_listeners())
    facts.busy_ports.push_back(listener.port);
  const auto found = TRY(find_server());
  if (!found) return facts;
  RunningServer server;
  server.id = *found;
  server.binary = binary_of(found->pid);
  server.command = command_of(found->pid);
  server.listens = ports_of(found->pid);
  const auto record = TRY(read_record(dir_));
  server.release =
      record && record->id == *found ? record->release : releases_.release_of(server.binary);
  facts.running = std::move(server);
  return facts;
}

Result<void> ProcessExecutor::stage(const plan::Release& release) {
  return releases_.stage(release);
}

Result<void> ProcessExecutor::adopt(const std::string& running_version) {
  const auto found = TRY(find_server());
  if (!found) return {};
  const auto record = TRY(read_record(dir_));
  if (record && record->id == *found) return {};
  TRY(releases_.stage_running(found->pid, running_version));
  TRY(releases_.activate(running_version));
  return write_record(dir_,
                      {*found, running_version, folder_of(found->pid), environment_of(found->pid)});
}

Result<void> ProcessExecutor::activate(const std::string& version) {
  return releases_.activate(version);
}

Result<void> ProcessExecutor::revert() {
  return releases_.revert();
}

Result<ProcessId> ProcessExecutor::start(const StartSpec& spec) {
  if (const auto running = TRY(find_server())) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: a server runs already, pid {}; somebody restarted it meanwhile",
                             node_.name,
                             running->pid));
  }
  const auto version = releases_.active();
  if (version.empty()) return Error(ErrorCode::not_found, node_.name + ": no release is active");
  Detached server;
  server.argv = {TRY(releases_.program(version)).string()};
  server.argv.insert(server.argv.end(), spec.args.begin(), spec.args.end());
  server.log = dir_ / "server.log";
  ProcessRecord record;
  if (auto before = TRY(read_record(dir_))) record = std::move(*before);
  if (record.folder.empty())
    record.folder = node_.config.empty() ? dir_ : node_.config.parent_path();
  server.folder = record.folder;
  server.environment = record.environment;
  TRY(base::make_folder(dir_));
  const int pid = TRY(start_detached(server));
  const auto id = identify(pid);
  if (!id) {
    reap(pid);
    return Error(ErrorCode::io,
                 fmt::format("{}: the server ended at once: {}", node_.name, last_output(5)));
  }
  children_.push_back(pid);
  record.id = *id;
  record.release = version;
  TRY(write_record(dir_, record));
  return *id;
}

Result<void> ProcessExecutor::signal(Signal signal, const ProcessId& expected) {
  if (!is_alive(expected)) {
    return Error(ErrorCode::not_found,
                 fmt::format("{}: process {} does not run any more", node_.name, expected.pid));
  }
  if (::kill(expected.pid, number_of(signal)) != 0) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: process {} cannot be signalled: {}",
                             node_.name,
                             expected.pid,
                             std::generic_category().message(errno)));
  }
  return {};
}

Result<bool> ProcessExecutor::runs(const ProcessId& id) {
  std::erase_if(children_, reap);
  return is_alive(id);
}

std::string ProcessExecutor::last_output(int lines) {
  const auto text = base::read_file(dir_ / "server.log");
  if (!text) return {};
  auto all = base::split(base::trim(*text), '\n');
  const auto wanted =
      static_cast<std::ptrdiff_t>(std::min(all.size(), static_cast<std::size_t>(lines)));
  return base::join({all.end() - wanted, all.end()}, "\n");
}

Result<Outcome> ProcessExecutor::run(const Command& command) {
  return run_command(command);
}

Result<fs::path> ProcessExecutor::program(const std::string& version) {
  return releases_.program(version);
}

Result<void> ProcessExecutor::forget() {
  if (const auto running = TRY(find_server())) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: its server still runs, pid {}", node_.name, running->pid));
  }
  TRY(releases_.remove());
  for (const auto* name : {"server.json", "server.log", "lock.json", "lock"}) {
    TRY(remove_file(dir_ / name));
  }
  base::remove_abandoned(dir_);
  std::error_code not_empty;
  fs::remove(dir_, not_empty);
  return {};
}

Result<std::string> ProcessExecutor::read_file(const fs::path& file) {
  return base::read_file(file);
}

Result<void> ProcessExecutor::write_file(const fs::path& file,
                                         const std::string& text,
                                         bool secret) {
  TRY(base::make_folder(file.parent_path()));
  return base::write_file(file, text, secret ? base::FileMode::secret : base::FileMode::shared);
}

Result<void> ProcessExecutor::remove_file(const fs::path& file) {
  std::error_code failed;
  fs::remove(file, failed);
  if (failed)
    return Error(ErrorCode::io, file.string() + ": cannot be removed: " + failed.message());
  return {};
}

Result<void> ProcessExecutor::take_lock(const Lock& lock, base::WallTime now) {
  auto taken = exec::take_lock(dir_, lock, now);
  if (!taken) return std::move(taken).error().in(node_.name);
  return {};
}

Result<std::optional<Executor::Lock>> ProcessExecutor::lock() {
  return read_lock(dir_);
}

Result<void> ProcessExecutor::release_lock(const std::string& owner) {
  return exec::release_lock(dir_, owner);
}

}  // namespace exec
