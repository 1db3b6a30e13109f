#include "tests/support/fake_executor.h"

#include <algorithm>
#include <mutex>

namespace support {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string name_of(exec::Signal signal) {
  switch (signal) {
    case exec::Signal::interrupt:
      return "interrupt";
    case exec::Signal::terminate:
      return "terminate";
    case exec::Signal::kill:
      return "kill";
    case exec::Signal::lame_duck:
      return "lame_duck";
    case exec::Signal::reload:
      return "reload";
    case exec::Signal::reopen_log:
      return "reopen_log";
  }
  return {};
}

}  // namespace

Result<void> FakeExecutor::note(const std::string& verb, const std::string& what) {
  // Machines that share a list are asked side by side.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  asked_->push_back(node_ + " " + verb + (what.empty() ? "" : " " + what));
  const auto planned = fail.extract(verb);
  if (!planned.empty()) return Error(ErrorCode::io, planned.mapped());
  return {};
}

void FakeExecutor::run_foreign(const std::vector<int>& ports) {
  state.running =
      exec::RunningServer{{++pids_, 1}, "/usr/sbin/nats-server", {"nats-server"}, ports, ""};
}

Result<exec::Facts> FakeExecutor::facts() {
  return state;
}

Result<void> FakeExecutor::stage(const plan::Release& release) {
  TRY(note("stage", release.version));
  const bool there = std::find(state.releases.begin(), state.releases.end(), release.version) !=
                     state.releases.end();
  if (!there) state.releases.push_back(release.version);
  return {};
}

Result<void> FakeExecutor::adopt(const std::string& running_version) {
  TRY(note("adopt", running_version));
  if (!state.running || !state.running->release.empty()) return {};
  state.running->release = running_version;
  state.releases.push_back(running_version);
  state.active_release = running_version;
  return {};
}

Result<void> FakeExecutor::activate(const std::string& version) {
  TRY(note("activate", version));
  if (state.active_release != version) previous_ = state.active_release;
  state.active_release = version;
  return {};
}

Result<void> FakeExecutor::revert() {
  TRY(note("revert"));
  state.active_release = previous_;
  return {};
}

Result<exec::ProcessId> FakeExecutor::start(const exec::StartSpec&) {
  TRY(note("start", state.active_release));
  if (state.running) return Error(ErrorCode::refused, node_ + ": a server runs already");
  state.running =
      exec::RunningServer{{++pids_, 1}, "nats-server", {"nats-server"}, {}, state.active_release};
  const auto id = state.running->id;
  on_start();
  return id;
}

Result<void> FakeExecutor::signal(exec::Signal signal, const exec::ProcessId& expected) {
  TRY(note("signal", name_of(signal)));
  if (!state.running || state.running->id != expected)
    return Error(ErrorCode::not_found, "no such process");
  on_signal(signal);
  return {};
}

Result<bool> FakeExecutor::runs(const exec::ProcessId& id) {
  return state.running && state.running->id == id;
}

std::string FakeExecutor::last_output(int) {
  return output;
}

Result<exec::Outcome> FakeExecutor::run(const exec::Command& command) {
  TRY(note("run", command.argv.front()));
  return outcome;
}

Result<plan::fs::path> FakeExecutor::program(const std::string& version) {
  return plan::fs::path("releases") / version / "nats-server";
}

Result<void> FakeExecutor::forget() {
  return note("forget");
}

Result<std::string> FakeExecutor::read_file(const plan::fs::path& file) {
  const auto at = files.find(file.string());
  if (at == files.end()) return Error(ErrorCode::not_found, file.string());
  return at->second;
}

Result<void> FakeExecutor::write_file(const plan::fs::path& file,
                                      const std::string& text,
                                      bool secret) {
  TRY(note(secret ? "write-secret" : "write", file.filename().string()));
  files[file.string()] = text;
  return {};
}

Result<void> FakeExecutor::remove_file(const plan::fs::path& file) {
  TRY(note("remove", file.filename().string()));
  files.erase(file.string());
  return {};
}

Result<void> FakeExecutor::take_lock(const Lock& lock, base::WallTime now) {
  if (held && held->owner != lock.owner && held->expires > now) {
    return Error(ErrorCode::refused, "locked by " + held->owner);
  }
  held = lock;
  return {};
}

Result<std::optional<exec::Executor::Lock>> FakeExecutor::lock() {
  return held;
}

Result<void> FakeExecutor::release_lock(const std::string& owner) {
  if (held && held->owner == owner) held.reset();
  return {};
}

}  // namespace support
