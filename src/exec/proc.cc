#include "exec/proc.h"

#include "base/files.h"
#include "base/text.h"

#include <fstream>

namespace exec {

namespace {

namespace fs = std::filesystem;

fs::path proc(int pid, const char* name) {
  return fs::path("/proc") / std::to_string(pid) / name;
}

// /proc files say that they are empty: they are read until they end.
std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> zero_separated(const fs::path& file) {
  const auto text = slurp(file);
  if (text.empty()) return {};
  auto pieces = base::split(text, '\0');
  if (pieces.back().empty()) pieces.pop_back();
  return pieces;
}

}  // namespace

std::optional<ProcessId> identify(int pid) {
  if (pid <= 0) return std::nullopt;
  const auto stat = slurp(proc(pid, "stat"));
  // The name stands in brackets and may hold blanks and brackets itself: what counts follows the
  // last one.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  const auto fields = base::split(base::trim(std::string_view(stat).substr(name_end + 1)), ' ');
  constexpr std::size_t kState = 0;       // field 3 of the line
  constexpr std::size_t kStartTime = 19;  // field 22
  if (fields.size() <= kStartTime || fields[kState] == "Z" || fields[kState] == "X")
    return std::nullopt;
  const auto ticks = base::parse_int(fields[kStartTime]);
  if (!ticks) return std::nullopt;
  return ProcessId{pid, static_cast<std::uint64_t>(*ticks)};
}

bool is_alive(const ProcessId& id) {
  return identify(id.pid) == id;
}

fs::path binary_of(int pid) {
  std::error_code failed;
  auto target = fs::read_symlink(proc(pid, "exe"), failed).string();
  constexpr std::string_view kDeleted = " (deleted)";
  if (target.ends_with(kDeleted)) target.resize(target.size() - kDeleted.size());
  return target;
}

base::Result<void> copy_binary(int pid, const fs::path& to) {
  return base::copy_file(proc(pid, "exe"), to, base::FileMode::executable);
}

std::vector<std::string> command_of(int pid) {
  return zero_separated(proc(pid, "cmdline"));
}

std::vector<std::string> environment_of(int pid) {
  return zero_separated(proc(pid, "environ"));
}

fs::path folder_of(int pid) {
  std::error_code failed;
  return fs::read_symlink(proc(pid, "cwd"), failed);
}

}  // namespace exec
