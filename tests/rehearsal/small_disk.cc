#include "tests/rehearsal/small_disk.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace rehearsal {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFiller = "filler";

}  // namespace

std::unique_ptr<SmallDisk> SmallDisk::at(const fs::path& folder, std::size_t bytes) {
  fs::create_directories(folder);
  if (::unshare(CLONE_NEWNS) != 0) return nullptr;
  // What is mounted here stays here.
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return nullptr;
  const auto size = "size=" + std::to_string(bytes);
  if (::mount("natsctl-test", folder.c_str(), "tmpfs", 0, size.c_str()) != 0) return nullptr;
  return std::unique_ptr<SmallDisk>(new SmallDisk(folder));
}

SmallDisk::~SmallDisk() {
  ::umount2(folder_.c_str(), MNT_DETACH);
}

void SmallDisk::fill() const {
  const int file =
      ::open((folder_ / kFiller).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw std::system_error(errno, std::generic_category(), kFiller);
  const std::array<char, 512> some{};
  while (::write(file, some.data(), some.size()) > 0) {
  }
  const int reason = errno;
  ::close(file);
  if (reason != ENOSPC) throw std::system_error(reason, std::generic_category(), kFiller);
}

void SmallDisk::make_room() const {
  fs::remove(folder_ / kFiller);
}

}  // namespace rehearsal
