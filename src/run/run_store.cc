#include "run/run_store.h"

#include "base/text.h"
#include "run/steering.h"

#include <algorithm>
#include <cstdlib>
#include <random>

#include <fmt/format.h>

namespace run {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// "2026-11-23T07:15:30.25Z" -> "20261123-071530"
std::string stamp(base::WallTime now) {
  std::string result;
  for (const char c : base::format_time(now).substr(0, 19)) {
    if (c == 'T') result += '-';
    if (c >= '0' && c <= '9') result += c;
  }
  return result;
}

// A cluster name may hold anything; a folder's name should not.
std::string word(const std::string& name) {
  std::string result;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) result += c;
    if (!plain && !result.empty() && result.back() != '-') result += '-';
  }
  while (!result.empty() && result.back() == '-')
    result.pop_back();
  return result.empty() ? "cluster" : result.substr(0, 40);
}

// Node locks are held in a run's name, so no other machine may come to the same one.
std::string nonce() {
  std::random_device random;
  return fmt::format("{:06x}", random() & 0xffffff);
}

RunStore::Holder read_holder(const fs::path& folder) {
  const auto text = base::read_file(folder / "lock.run");
  if (!text) return {};
  const auto lines = base::split(*text, '\n');
  return {.who = lines[0], .run = lines.size() > 1 ? lines[1] : ""};
}

}  // namespace

fs::path RunStore::default_folder() {
  // Read at start, before any other thread.
  const char* state = std::getenv("XDG_STATE_HOME");  // NOLINT(concurrency-mt-unsafe)
  if (state != nullptr && *state != '\0') return fs::path(state) / "natsctl";
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  return fs::path(home != nullptr && *home != '\0' ? home : "/") / ".local/state/natsctl";
}

Result<std::string> RunStore::add(const std::string& cluster, base::WallTime now) {
  TRY(base::make_folder(folder_ / "runs"));
  const auto all = runs();
  const auto taken = [&](const std::string& second) {
    return std::any_of(
        all.begin(), all.end(), [&](const auto& run) { return run.rfind(second, 0) == 0; });
  };
  while (taken(stamp(now)))
    now += std::chrono::seconds(1);
  auto run = fmt::format("{}-{}-{}", stamp(now), word(cluster), nonce());
  TRY(base::make_folder(folder_of(run)));
  return run;
}

std::vector<std::string> RunStore::runs() const {
  std::vector<std::string> result;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder_ / "runs", failure)) {
    if (entry.is_directory(failure)) result.push_back(entry.path().filename().string());
  }
  std::sort(result.begin(), result.end());
  return result;
}

Result<std::string> RunStore::find(const std::string& id) const {
  const auto all = runs();
  if (all.empty())
    return Error(ErrorCode::not_found, fmt::format("{}: there is no run yet", folder_.string()));
  if (id.empty()) return all.back();
  std::vector<std::string> fitting;
  for (const auto& run : all) {
    if (run == id) return run;
    if (run.find(id) != std::string::npos) fitting.push_back(run);
  }
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty())
    return Error(ErrorCode::not_found, fmt::format("no run is called '{}'; see natsctl runs", id));
  return Error(ErrorCode::invalid,
               fmt::format("'{}' could be {} or {}", id, fitting[0], fitting[1]));
}

Result<base::FileLock> RunStore::lock(const Holder& holder) const {
  TRY(base::make_folder(folder_));
  auto lock = base::FileLock::take(folder_ / "lock");
  if (!lock) {
    const auto held_by = lock.error().code == ErrorCode::refused ? read_holder(folder_) : Holder{};
    return Error(lock.error().code,
                 fmt::format("{}: held by {}",
                             (folder_ / "lock").string(),
                             held_by.who.empty() ? "another natsctl" : held_by.who));
  }
  TRY(name_holder(holder));
  return lock;
}

Result<void> RunStore::name_holder(const Holder& holder) const {
  return base::write_file(folder_ / "lock.run", holder.who + "\n" + holder.run + "\n");
}

std::optional<RunStore::Holder> RunStore::holder() const {
  const auto lock = base::FileLock::take(folder_ / "lock");
  if (lock || lock.error().code != ErrorCode::refused) return std::nullopt;
  return read_holder(folder_);
}

Result<void> RunStore::ask(const std::string& run, Wish wish) const {
  return base::write_file(folder_of(run) / "wish", name_of(wish));
}

std::optional<Wish> RunStore::asked(const std::string& run) const {
  const auto text = base::read_file(folder_of(run) / "wish");
  return text ? wish_named(*text) : std::nullopt;
}

void RunStore::forget_what_was_asked(const std::string& run) const {
  std::error_code failure;
  fs::remove(folder_of(run) / "wish", failure);
}

}  // namespace run
