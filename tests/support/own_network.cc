#include "tests/support/own_network.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

namespace {

void set_loopback_up() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool done = ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
  const int reason = errno;
  ::close(socket);
  if (!done) throw std::system_error(reason, std::generic_category(), "lo up");
}

}  // namespace

bool in_own_network(const std::function<void()>& work) {
  bool ran = false;
  std::exception_ptr thrown;
  // A namespace is a thread's, and ends with it.
  std::thread([&] {
    try {
      ran = ::unshare(CLONE_NEWNET) == 0;
      if (!ran) return;
      set_loopback_up();
      work();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
  return ran;
}

}  // namespace support
