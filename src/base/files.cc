#include "base/files.h"

#include "base/text.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace base {

namespace {

Error failed(const fs::path& file, std::string_view doing) {
  const int reason = errno;
  const auto code = reason == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return {code,
          fmt::format(
              "{}: cannot {}: {}", file.string(), doing, std::generic_category().message(reason))};
}

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  explicit operator bool() const { return number_ >= 0; }

  int operator*() const { return number_; }

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> sync_folder(const fs::path& folder) {
  const Descriptor directory(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(*directory) != 0) return failed(folder, "sync the folder");
  return {};
}

fs::path beside(const fs::path& file) {
  return file.parent_path() / fmt::format(".{}.{}.new", file.filename().string(), ::getpid());
}

// The process that was writing `part`, when it is called as beside() calls them.
std::optional<pid_t> writer_of(const fs::path& part) {
  const auto name = part.filename().string();
  const auto words = split(name, '.');  // "", the file's name, dots and all, the pid, "new"
  if (words.size() < 4 || !words.front().empty() || words.back() != "new") return std::nullopt;
  const auto pid = parse_int(words[words.size() - 2]);
  if (!pid || *pid <= 0 || *pid > std::numeric_limits<pid_t>::max()) return std::nullopt;
  return static_cast<pid_t>(*pid);
}

Result<void> write_beside(const fs::path& part, std::string_view text, FileMode mode) {
  const auto bits = static_cast<mode_t>(mode);
  const Descriptor out(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, bits));
  if (!out) return failed(part, "create it");
  if (::fchmod(*out, bits) != 0 || !write_all(*out, text) || ::fsync(*out) != 0) {
    auto error = failed(part, "write it");
    ::unlink(part.c_str());
    return error;
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const fs::path& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return failed(file, "open it");
  std::string text;
  std::string buffer(64 * 1024, '\0');
  while (true) {
    const auto got = ::read(*in, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(file, "read it");
    if (got == 0) return text;
    text.append(buffer, 0, static_cast<std::size_t>(got));
  }
}

Result<void> write_file(const fs::path& file, std::string_view text, FileMode mode) {
  remove_abandoned(file.parent_path());
  const auto part = beside(file);
  TRY(write_beside(part, text, mode));
  if (::rename(part.c_str(), file.c_str()) != 0) {
    auto error = failed(file, "replace it");
    ::unlink(part.c_str());
    return error;
  }
  return sync_folder(file.parent_path());
}

Result<void> copy_file(const fs::path& from, const fs::path& to, FileMode mode) {
  const auto bytes = TRY(read_file(from));
  return write_file(to, bytes, mode);
}

void remove_abandoned(const fs::path& folder) {
  std::error_code failure;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, failure), end;
       !failure && at != end;
       at.increment(failure)) {
    const auto writer = writer_of(at->path());
    if (writer && ::kill(*writer, 0) != 0 && errno == ESRCH) ::unlink(at->path().c_str());
  }
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    return Error(ErrorCode::io,
                 fmt::format("{}: cannot make the folder: {}", folder.string(), failure.message()));
  }
  return {};
}

Result<void> replace_link(const fs::path& link, const fs::path& target) {
  const auto part = beside(link);
  ::unlink(part.c_str());
  if (::symlink(target.c_str(), part.c_str()) != 0) return failed(part, "make the link");
  if (::rename(part.c_str(), link.c_str()) != 0) {
    auto error = failed(link, "replace the link");
    ::unlink(part.c_str());
    return error;
  }
  return sync_folder(link.parent_path());
}

Result<std::uint64_t> free_space(const fs::path& path) {
  auto existing = fs::absolute(path);
  std::error_code failure;
  while (!fs::exists(existing, failure) && existing.has_relative_path())
    existing = existing.parent_path();
  const auto space = fs::space(existing, failure);
  if (failure) {
    return Error(
        ErrorCode::io,
        fmt::format("{}: cannot see its free space: {}", path.string(), failure.message()));
  }
  return space.available;
}

Result<AppendFile> AppendFile::open(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(file, "open it for appending");
  AppendFile result(descriptor, file);
  TRY(sync_folder(file.parent_path()));
  return result;
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(file_, other.file_);
  return *this;
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> AppendFile::append(std::string_view text) {
  struct stat before {};

  if (::fstat(descriptor_, &before) != 0) return failed(file_, "look at it");
  if (!write_all(descriptor_, text) || ::fdatasync(descriptor_) != 0) {
    auto error = failed(file_, "append to it");
    if (::ftruncate(descriptor_, before.st_size) != 0)
      return failed(file_, "cut it back after a failed write");
    return error;
  }
  return {};
}

Result<FileLock> FileLock::take(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(file, "open the lock");
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return Error(ErrorCode::refused,
                   fmt::format("{}: another process holds this lock", file.string()));
    }
    return failed(file, "lock it");
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace base
