#include "exec/listeners.h"

#include "base/text.h"
#include "exec/listening_sockets.h"
#include "exec/proc.h"

#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include <arpa/inet.h>
#include <dirent.h>
#include <unistd.h>

namespace exec {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListening = "0A";  // TCP_LISTEN

std::uint32_t hex(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// Each word of an address stands there as the machine's own number, so its bytes in memory are the
// address.
std::string host_of(std::string_view digits) {
  std::array<unsigned char, 16> bytes{};
  for (std::size_t word = 0; word * 8 < digits.size() && word < 4; ++word) {
    const auto value = hex(digits.substr(word * 8, 8));
    std::memcpy(bytes.data() + word * 4, &value, 4);
  }
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(digits.size() == 8 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  std::string host = text;
  constexpr std::string_view kMapped = "::ffff:";
  return host.starts_with(kMapped) ? host.substr(kMapped.size()) : host;
}

std::vector<std::string> words(std::string_view line) {
  std::istringstream in{std::string(line)};
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

std::optional<int> owner_of(std::uint64_t inode) {
  std::error_code failed;
  for (fs::directory_iterator at("/proc", failed), end; !failed && at != end;
       at.increment(failed)) {
    const auto pid = base::parse_int(at->path().filename().string());
    if (pid && sockets_of(static_cast<int>(*pid)).contains(inode)) return static_cast<int>(*pid);
  }
  return std::nullopt;
}

bool is_address(const std::string& host) {
  in6_addr any{};
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

bool on_loopback(const Listener& listener) {
  return listener.host.starts_with("127.") || listener.host == "::1";
}

}  // namespace

std::vector<Listener> parse_listeners(const std::string& text) {
  std::vector<Listener> result;
  for (const auto& line : base::split(text, '\n')) {
    const auto fields = words(line);
    if (fields.size() < 10 || fields[3] != kListening) continue;
    const auto colon = fields[1].find(':');
    const auto inode = base::parse_int(fields[9]);
    if (colon == std::string::npos || !inode) continue;
    result.push_back({host_of(std::string_view(fields[1]).substr(0, colon)),
                      static_cast<int>(hex(std::string_view(fields[1]).substr(colon + 1))),
                      static_cast<std::uint64_t>(*inode)});
  }
  return result;
}

std::vector<Listener> all_listeners() {
  if (auto told = listening_sockets(); told) return *std::move(told);
  std::vector<Listener> result;
  for (const auto* file : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    for (auto& listener : parse_listeners(text))
      result.push_back(std::move(listener));
  }
  return result;
}

std::optional<int> listener_on(const plan::Address& address) {
  const bool named = !is_address(address.host);
  std::optional<std::uint64_t> exact;
  std::optional<std::uint64_t> general;
  for (const auto& listener : all_listeners()) {
    if (listener.port != address.port) continue;
    if (named ? on_loopback(listener) : listener.host == address.host) exact = listener.inode;
    if (listener.on_all_hosts()) general = listener.inode;
  }
  if (!exact) exact = general;
  return exact ? owner_of(*exact) : std::nullopt;
}

std::set<std::uint64_t> sockets_of(int pid) {
  std::set<std::uint64_t> result;
  const auto folder = "/proc/" + std::to_string(pid) + "/fd";
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code unreadable;
    const auto target = fs::read_symlink(at->path(), unreadable).string();
    if (!target.starts_with("socket:[")) continue;
    if (const auto inode = base::parse_int(std::string_view(target).substr(8, target.size() - 9))) {
      result.insert(static_cast<std::uint64_t>(*inode));
    }
  }
  return result;
}

std::vector<int> ports_of(int pid) {
  const auto sockets = sockets_of(pid);
  std::set<int> ports;
  for (const auto& listener : all_listeners()) {
    if (sockets.contains(listener.inode)) ports.insert(listener.port);
  }
  return {ports.begin(), ports.end()};
}

}  // namespace exec
