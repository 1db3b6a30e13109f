#include "exec/node_lock.h"

#include "base/files.h"
#include "base/json.h"

#include <thread>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

fs::path lock_in(const fs::path& dir) {
  return dir / "lock.json";
}

// Another natsctl holds this for a moment only: it is worth a few tries.
Result<base::FileLock> guard(const fs::path& dir) {
  TRY(base::make_folder(dir));
  for (int tries = 0;; ++tries) {
    auto taken = base::FileLock::take(dir / "lock");
    if (taken || taken.error().code != ErrorCode::refused || tries == 50) return taken;
    std::this_thread::sleep_for(base::milliseconds(20));
  }
}

}  // namespace

Result<std::optional<Executor::Lock>> read_lock(const fs::path& dir) {
  std::error_code failed;
  if (!fs::exists(lock_in(dir), failed)) return std::optional<Executor::Lock>();
  const auto text = TRY(base::read_file(lock_in(dir)));
  return std::optional(TRY(parse_lock(text, lock_in(dir).string())));
}

std::string lock_text(const Executor::Lock& lock) {
  const auto json = base::Json::object(
      {{"owner", lock.owner}, {"host", lock.host}, {"expires", base::format_time(lock.expires)}});
  return json.dump() + "\n";
}

Result<Executor::Lock> parse_lock(const std::string& text, const std::string& place) {
  auto json = base::Json::parse(text);
  if (!json) return std::move(json).error().in(place);
  auto expires = base::parse_time((*json)["expires"].text());
  if (!expires) return std::move(expires).error().in(place);
  return Executor::Lock{(*json)["owner"].text(), (*json)["host"].text(), *expires};
}

Result<void> may_take(const std::optional<Executor::Lock>& held,
                      const Executor::Lock& wanted,
                      base::WallTime now,
                      const std::string& place) {
  if (!held || held->owner == wanted.owner || held->expires <= now) return {};
  return Error(ErrorCode::refused,
               fmt::format("run {} on {} holds the lock until {} ({})",
                           held->owner,
                           held->host,
                           base::format_time(held->expires),
                           place));
}

Result<void> take_lock(const fs::path& dir, const Executor::Lock& lock, base::WallTime now) {
  const auto guarded = TRY(guard(dir));
  const auto held = TRY(read_lock(dir));
  TRY(may_take(held, lock, now, lock_in(dir).string()));
  return base::write_file(lock_in(dir), lock_text(lock));
}

Result<void> release_lock(const fs::path& dir, const std::string& owner) {
  std::error_code failed;
  if (!fs::exists(lock_in(dir), failed)) return {};
  const auto guarded = TRY(guard(dir));
  const auto held = TRY(read_lock(dir));
  if (!held || held->owner != owner) return {};
  fs::remove(lock_in(dir), failed);
  if (failed)
    return Error(ErrorCode::io, lock_in(dir).string() + ": cannot be removed: " + failed.message());
  return {};
}

}  // namespace exec
