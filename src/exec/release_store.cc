#include "exec/release_store.h"

#include "base/digest.h"
#include "base/files.h"
#include "exec/proc.h"

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kReleases = "releases";

// A version becomes a folder's name.
Result<void> check_version(const std::string& version) {
  const bool fits = !version.empty() && version.front() != '.' &&
                    version.find('/') == std::string::npos &&
                    version.find('\0') == std::string::npos;
  if (!fits) return Error(ErrorCode::invalid, fmt::format("'{}' is no version", version));
  return {};
}

std::string version_behind(const fs::path& link) {
  std::error_code failed;
  return fs::read_symlink(link, failed).filename().string();
}

// base::copy_file() and friends work on "NAME.something" beside the target: those are no programs
// yet.
fs::path program_in(const fs::path& folder) {
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code unknown;
    const auto status = at->status(unknown);
    const bool runs = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    const auto name = at->path().filename().string();
    if (fs::is_regular_file(status) && runs && !name.starts_with('.') && !name.ends_with(".part"))
      return at->path();
  }
  return {};
}

}  // namespace

// By its digest: the file that it was copied from may be gone by now.
bool ReleaseStore::is_staged(const plan::Release& release) const {
  const auto there = program_in(dir_ / kReleases / release.version);
  if (release.sha256.empty() || there.filename() != release.binary.filename()) return false;
  const auto has = base::sha256_of_file(there);
  return has && *has == release.sha256;
}

Result<void> ReleaseStore::stage(const plan::Release& release) const {
  TRY(check_version(release.version));
  if (is_staged(release)) return {};
  const auto wanted = TRY(base::sha256_of_file(release.binary));
  if (!release.sha256.empty() && wanted != release.sha256) {
    return Error(ErrorCode::invalid,
                 fmt::format("{}: its sha256 is {}, the plan wants {}",
                             release.binary.string(),
                             wanted,
                             release.sha256));
  }
  const auto folder = dir_ / kReleases / release.version;
  const auto to = folder / release.binary.filename();
  if (const auto there = program_in(folder); !there.empty()) {
    const auto has = base::sha256_of_file(there);
    if (there == to && has && *has == wanted) return {};
    if (active() == release.version) {
      return Error(ErrorCode::refused,
                   fmt::format("{} is active already and is another program than {}",
                               there.string(),
                               release.binary.string()));
    }
    std::error_code failed;
    fs::remove(there, failed);
  }
  TRY(base::make_folder(folder));
  TRY(base::copy_file(release.binary, to, base::FileMode::executable));
  const auto copied = TRY(base::sha256_of_file(to));
  if (copied != wanted) {
    return Error(ErrorCode::io,
                 fmt::format("{}: the copy differs from {}", to.string(), release.binary.string()));
  }
  return {};
}

Result<void> ReleaseStore::stage_running(int pid, const std::string& version) const {
  TRY(check_version(version));
  const auto folder = dir_ / kReleases / version;
  if (!program_in(folder).empty()) return {};
  TRY(base::make_folder(folder));
  const auto name = binary_of(pid).filename();
  return copy_binary(pid, folder / (name.empty() ? fs::path("nats-server") : name));
}

Result<void> ReleaseStore::activate(const std::string& version) const {
  TRY(program(version));
  const auto now = active();
  if (now == version) return {};
  if (!now.empty()) TRY(base::replace_link(dir_ / "previous", fs::path(kReleases) / now));
  return base::replace_link(dir_ / "current", fs::path(kReleases) / version);
}

Result<void> ReleaseStore::revert() const {
  const auto before = version_behind(dir_ / "previous");
  if (before.empty()) {
    return Error(ErrorCode::not_found,
                 dir_.string() + ": no release was active before the present one");
  }
  TRY(program(before));
  return base::replace_link(dir_ / "current", fs::path(kReleases) / before);
}

std::string ReleaseStore::active() const {
  return version_behind(dir_ / "current");
}

std::vector<std::string> ReleaseStore::versions() const {
  std::vector<std::string> result;
  std::error_code failed;
  for (fs::directory_iterator at(dir_ / kReleases, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (!program_in(at->path()).empty()) result.push_back(at->path().filename().string());
  }
  std::sort(result.begin(), result.end());
  return result;
}

Result<fs::path> ReleaseStore::program(const std::string& version) const {
  TRY(check_version(version));
  auto found = program_in(dir_ / kReleases / version);
  if (found.empty()) {
    return Error(ErrorCode::not_found,
                 fmt::format("{}: release {} is not staged", dir_.string(), version));
  }
  return found;
}

std::string ReleaseStore::release_of(const fs::path& program) const {
  std::error_code failed;
  const auto releases = fs::weakly_canonical(dir_ / kReleases, failed);
  const auto folder = program.parent_path();
  return folder.parent_path() == releases ? folder.filename().string() : std::string();
}

Result<void> ReleaseStore::remove() const {
  for (const auto* name : {"current", "previous", kReleases}) {
    std::error_code failed;
    fs::remove_all(dir_ / name, failed);
    if (failed)
      return Error(ErrorCode::io,
                   (dir_ / name).string() + ": cannot be removed: " + failed.message());
  }
  return {};
}

}  // namespace exec
