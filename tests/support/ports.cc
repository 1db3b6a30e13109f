#include "tests/support/ports.h"

#include "base/files.h"

#include <mutex>
#include <random>
#include <stdexcept>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int kFirst = 10240;
constexpr int kLast = 32000;

bool can_listen(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);  // taken on any address is taken
  const bool free = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return free;
}

}  // namespace

int free_port() {
  // One lock file a port, held until this process ends, however it ends.
  static std::mutex mutex;
  static std::vector<base::FileLock> held;
  static int next =
      std::uniform_int_distribution(kFirst, kLast)(*std::make_unique<std::random_device>());

  const std::lock_guard guard(mutex);
  const auto folder =
      std::filesystem::temp_directory_path() / ("natsctl-test-ports." + std::to_string(::getuid()));
  std::filesystem::create_directories(folder);
  for (int tries = kFirst; tries < kLast; ++tries) {
    const int port = next++;
    if (next > kLast) next = kFirst;
    auto lock = base::FileLock::take(folder / std::to_string(port));
    if (lock && can_listen(port)) {
      held.push_back(*std::move(lock));
      return port;
    }
  }
  throw std::runtime_error("no free port below 32768");
}

}  // namespace support
