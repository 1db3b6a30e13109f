// HostExecutor's files: a release sent there so that a lost connection costs only what was on the
// way, and the node's lock.
#include "base/digest.h"
#include "base/text.h"
#include "exec/host_executor.h"
#include "exec/node_lock.h"

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kDigestInName = 12;  // what is left of another program is not gone on with
constexpr base::nanoseconds kUpload = std::chrono::minutes(30);  // 15 MB over a thin line
constexpr int kTries = 5;  // of a connection that breaks, each going on where the last one ended

std::uint64_t number(const std::string& text) {
  const auto parsed = base::parse_int(text);
  return parsed ? static_cast<std::uint64_t>(*parsed) : 0;
}

}  // namespace

Result<void> HostExecutor::stage(const plan::Release& release) {
  const auto wanted = TRY(base::sha256_of_file(release.binary));
  if (!release.sha256.empty() && wanted != release.sha256) {
    return Error(ErrorCode::invalid,
                 fmt::format("{}: its sha256 is {}, the plan wants {}",
                             release.binary.string(),
                             wanted,
                             release.sha256));
  }
  const auto now = TRY(facts());
  if (now.active_release == release.version) {
    const auto has = TRY(ask({"digest", program_file(release.version).string()})).one("sha256");
    if (has == wanted) return {};
    return error(ErrorCode::refused,
                 fmt::format("{} is active already and is another program than {}",
                             program_file(release.version).string(),
                             release.binary.string()));
  }
  TRY(upload(release, wanted));
  return tell({"sweep", dir_.string(), std::to_string(node_.executor.keep), release.version});
}

Result<void> HostExecutor::upload(const plan::Release& release, const std::string& sha256) {
  const auto to = program_file(release.version);
  if (TRY(ask({"digest", to.string()})).one("sha256") == sha256) return {};
  const auto part =
      to.parent_path() / fmt::format("upload-{}.part", sha256.substr(0, kDigestInName));
  for (int tries = 0; tries < kTries; ++tries) {
    if (!TRY(send(release.binary, part))) continue;
    const auto answer = TRY(ask({"commit", part.string(), to.string(), sha256}));
    if (!answer.says("differs")) return {};
  }
  return error(
      ErrorCode::io,
      fmt::format(
          "{} did not get to {} whole in {} tries", release.binary.string(), to.string(), kTries));
}

// False: the connection broke; there may be more of it than before.
Result<bool> HostExecutor::send(const plan::fs::path& from, const plan::fs::path& part) {
  std::error_code failed;
  const auto whole = plan::fs::file_size(from, failed);
  const auto there = number(TRY(ask({"size", part.string()})).one("bytes"));
  if (there >= whole) return true;
  Command rest;
  rest.input_file = from;
  rest.input_at = there;
  rest.timeout = kUpload;
  const auto sent = ask_once({"append", part.string(), std::to_string(there)}, std::move(rest));
  if (sent) return true;
  if (sent.error().code == ErrorCode::timeout) return false;
  if (sent.error().what.find("No space left") != std::string::npos)
    static_cast<void>(remove_file(part));  // a full disk is worse than a second upload
  return sent.error();
}

Result<std::string> HostExecutor::lock_file() {
  auto text = read_file(dir_ / "lock.json");
  if (!text && text.error().code == ErrorCode::not_found) return std::string();
  return text;
}

Result<bool> HostExecutor::swap_lock(const std::string& before, const std::string& after) {
  Command rest;
  rest.input = after;
  const auto answer = TRY(ask({"swap",
                               (dir_ / "lock").string(),
                               (dir_ / "lock.json").string(),
                               before.empty() ? "none" : base::sha256(before)},
                              rest));
  return !answer.says("changed");
}

Result<void> HostExecutor::take_lock(const Lock& lock, base::WallTime now) {
  const auto place = transport_->host() + ":" + (dir_ / "lock.json").string();
  // Another natsctl may come between looking and taking; then it is looked at again. The second
  // look also finds a lock that was taken just before the connection broke.
  for (int tries = 0; tries < kTries; ++tries) {
    const auto text = TRY(lock_file());
    if (text == lock_text(lock)) return {};
    std::optional<Lock> held;
    if (!text.empty()) held = TRY(parse_lock(text, place));
    auto allowed = may_take(held, lock, now, place);
    if (!allowed) return std::move(allowed).error().in(node_.name);
    if (TRY(swap_lock(text, lock_text(lock)))) return {};
  }
  return error(ErrorCode::refused, place + ": others take it all the time");
}

Result<std::optional<Executor::Lock>> HostExecutor::lock() {
  const auto text = TRY(lock_file());
  if (text.empty()) return std::optional<Lock>();
  return std::optional(TRY(parse_lock(text, (dir_ / "lock.json").string())));
}

Result<void> HostExecutor::release_lock(const std::string& owner) {
  for (int tries = 0; tries < kTries; ++tries) {
    const auto text = TRY(lock_file());
    if (text.empty()) return {};
    const auto held = TRY(parse_lock(text, (dir_ / "lock.json").string()));
    if (held.owner != owner || TRY(swap_lock(text, ""))) return {};
  }
  return {};
}

}  // namespace exec
