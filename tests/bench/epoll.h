#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>

#include <sys/epoll.h>
#include <unistd.h>

namespace bench {

// The kernel's readiness, by index. Threads: one.
class Epoll {
 public:
  Epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {}

  Epoll(const Epoll&) = delete;
  Epoll& operator=(const Epoll&) = delete;

  ~Epoll() { ::close(fd_); }

  void watch(int fd, std::size_t index) { add(fd, index, EPOLLIN); }

  // Wakes once when a full socket takes bytes again.
  void watch_writable_edge(int fd, std::size_t index) { add(fd, index, EPOLLOUT | EPOLLET); }

  template <class Use>
  void wait(std::chrono::nanoseconds longest, Use&& use) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
    const timespec time{seconds.count(), (longest - seconds).count()};
    std::array<epoll_event, 256> events{};
    const int count =
        ::epoll_pwait2(fd_, events.data(), static_cast<int>(events.size()), &time, nullptr);
    for (int i = 0; i < count; ++i)
      use(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
  }

  template <class Use>
  void wait(int milliseconds, Use&& use) {
    wait(std::chrono::nanoseconds(std::chrono::milliseconds(milliseconds)), use);
  }

 private:
  void add(int fd, std::size_t index, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = index;
    if (::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) != 0)
      throw std::runtime_error("epoll refuses a socket");
  }

  int fd_;
};

}  // namespace bench
