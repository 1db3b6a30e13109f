#pragma once

#include "base/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

// Files, with what must hold when the machine stops in the middle. Errors name the file and the
// reason. Every descriptor opened here is close-on-exec: servers we start must not inherit our
// locks.
namespace base {

namespace fs = std::filesystem;

enum class FileMode { shared = 0644, secret = 0600, executable = 0755 };

Result<std::string> read_file(const fs::path& file);

// The file holds either the old text or the new one, never a part, also after a power cut:
// written beside it, synced, renamed, and the folder synced. What a process that was killed had
// written beside files of that folder is removed.
Result<void> write_file(const fs::path& file,
                        std::string_view text,
                        FileMode mode = FileMode::shared);

// Copies beside `to`, syncs and renames: as write_file(), for binaries.
Result<void> copy_file(const fs::path& from, const fs::path& to, FileMode mode);

// Removes what write_file() and replace_link() of processes that are gone left in the folder.
void remove_abandoned(const fs::path& folder);

Result<void> make_folder(const fs::path& folder);

// Points `link` at `target` in one step: whoever opens it sees the old target or the new one.
Result<void> replace_link(const fs::path& link, const fs::path& target);

// Free bytes on the file system that holds `path` or its nearest existing parent.
Result<std::uint64_t> free_space(const fs::path& path);

// A file that only grows. append() returns when the bytes are on the disk (fdatasync).
class AppendFile {
 public:
  static Result<AppendFile> open(const fs::path& file);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;
  ~AppendFile();

  // On failure the file is cut back to what it was, so a full disk leaves no half line.
  Result<void> append(std::string_view text);

 private:
  AppendFile(int descriptor, fs::path file) : descriptor_(descriptor), file_(std::move(file)) {}

  int descriptor_ = -1;
  fs::path file_;
};

// Held by at most one process; freed by the kernel when that process ends, however it ends.
class FileLock {
 public:
  // ErrorCode::refused when another process holds it.
  static Result<FileLock> take(const fs::path& file);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace base
