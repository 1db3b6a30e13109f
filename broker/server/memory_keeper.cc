#include "broker/server/memory_keeper.h"

#include <algorithm>
#include <fstream>

#include <malloc.h>
#include <unistd.h>

namespace broker {

namespace {

constexpr auto kLookEach = std::chrono::seconds(3);
constexpr std::size_t kWorthIt = 8 * 1024 * 1024;  // bytes

// What is in memory of our own pages but not in use.
std::size_t unused_bytes() {
  std::size_t size = 0;
  std::size_t resident = 0;
  std::size_t shared = 0;  // with files, e.g. the program's text
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  const std::size_t own = (resident - shared) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto heaps = ::mallinfo2();
  return own - std::min(own, heaps.uordblks + heaps.hblkhd);
}

}  // namespace

void MemoryKeeper::start() {
  timer_.start(kLookEach, [this] { look(); });
}

void MemoryKeeper::look() {
  stuck_ = std::min(stuck_, unused_bytes());
  if (unused_bytes() > stuck_ + kWorthIt) {
    ::malloc_trim(0);
    stuck_ = unused_bytes();
  }
  start();
}

}  // namespace broker
