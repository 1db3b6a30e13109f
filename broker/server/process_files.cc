#include "broker/server/process_files.h"

#include "base/json.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

namespace broker {
namespace {

std::string reason(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

// Worded as Go's: "open /nodir/x: no such file or directory".
base::Result<void> write_whole(const std::string& file, const std::string& text, mode_t mode) {
  const auto failed = [&] {
    return base::Error(base::ErrorCode::io, "open " + file + ": " + reason(errno));
  };
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return failed();
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  auto error = failed();
  ::close(fd);
  if (!written) return error;
  return {};
}

std::string address_text(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    // A link-local address means nothing without its interface.
    if (!IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) {
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
  }
  return text;
}

}  // namespace

base::Result<void> write_pid_file(const std::string& file) {
  return write_whole(file, std::to_string(getpid()), 0600);
}

std::string ports_file_path(const std::string& folder) {
  // The name we were called by, which may be a link's: test suites of clients look for
  // nats-server_<pid>.ports.
  return folder + "/" + program_invocation_short_name + "_" + std::to_string(getpid()) + ".ports";
}

base::Result<void> write_ports_file(const std::string& file, const ListenUrls& urls) {
  base::Json json = base::Json::object();
  if (!urls.nats.empty()) json.set("nats", urls.nats);
  if (!urls.monitoring.empty()) json.set("monitoring", urls.monitoring);
  if (!urls.cluster.empty()) json.set("cluster", urls.cluster);
  if (!urls.websocket.empty()) json.set("websocket", urls.websocket);
  return write_whole(file, json.dump(), 0640);
}

std::vector<std::string> reachable_hosts(const std::string& host) {
  if (host != "0.0.0.0" && host != "::" && !host.empty()) return {host};
  std::vector<std::string> out;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) == 0) {
    for (const ifaddrs* each = interfaces; each != nullptr; each = each->ifa_next) {
      const bool usable = each->ifa_addr != nullptr && (each->ifa_flags & IFF_UP) != 0 &&
                          (each->ifa_flags & IFF_LOOPBACK) == 0;
      const std::string text = usable ? address_text(*each->ifa_addr) : std::string();
      if (!text.empty()) out.push_back(text);
    }
    freeifaddrs(interfaces);
  }
  if (out.empty()) out.emplace_back("127.0.0.1");
  return out;
}

}  // namespace broker
