#include "exec/listening_sockets.h"

#include "base/files.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kAnswerBytes = 32 * 1024;  // the kernel fills half of it at a time

class DiagSocket {
 public:
  DiagSocket() : fd_(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {}

  ~DiagSocket() {
    if (fd_ >= 0) ::close(fd_);
  }

  DiagSocket(const DiagSocket&) = delete;
  DiagSocket& operator=(const DiagSocket&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

Error failed(const char* what) {
  return {ErrorCode::io, std::string(what) + ": " + std::generic_category().message(errno)};
}

Result<void> ask(const DiagSocket& socket, int family) {
  struct {
    nlmsghdr head;
    inet_diag_req_v2 body;
  } request{};

  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = static_cast<unsigned char>(family);
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = 1U << TCP_LISTEN;
  if (::send(socket.fd(), &request, sizeof request, 0) != static_cast<ssize_t>(sizeof request))
    return failed("sock_diag");
  return {};
}

Listener listener_in(const inet_diag_msg& message) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(message.idiag_family, message.id.idiag_src, text.data(), text.size());
  std::string host = text.data();
  constexpr std::string_view kMapped = "::ffff:";
  if (host.starts_with(kMapped)) host.erase(0, kMapped.size());
  return {host, ntohs(message.id.idiag_sport), message.idiag_inode};
}

// Reads answers until the kernel says that these were all.
Result<void> gather(const DiagSocket& socket, std::vector<Listener>& listeners) {
  alignas(nlmsghdr) std::array<char, kAnswerBytes> buffer{};
  for (;;) {
    const auto got = ::recv(socket.fd(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed("sock_diag");
    auto left = static_cast<std::size_t>(got);
    for (const auto* head = reinterpret_cast<const nlmsghdr*>(buffer.data()); NLMSG_OK(head, left);
         head = NLMSG_NEXT(head, left)) {
      if (head->nlmsg_type == NLMSG_DONE) return {};
      if (head->nlmsg_type == NLMSG_ERROR)
        return Error(ErrorCode::io, "sock_diag: the kernel does not tell");
      if (head->nlmsg_len < NLMSG_LENGTH(sizeof(inet_diag_msg))) continue;
      inet_diag_msg message{};
      std::memcpy(&message, NLMSG_DATA(head), sizeof message);
      listeners.push_back(listener_in(message));
    }
  }
}

}  // namespace

Result<std::vector<Listener>> listening_sockets() {
  const DiagSocket socket;
  if (socket.fd() < 0) return failed("sock_diag");
  std::vector<Listener> listeners;
  for (const int family : {AF_INET, AF_INET6}) {
    TRY(ask(socket, family));
    TRY(gather(socket, listeners));
  }
  return listeners;
}

}  // namespace exec
