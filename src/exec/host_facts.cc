#include "exec/host_facts.h"

#include "base/text.h"

#include <charconv>
#include <set>

#include <arpa/inet.h>
#include <fmt/core.h>

namespace exec {

namespace {

constexpr std::string_view kBegin = "natsctl-host\n";

template <class Number>
Number number(std::string_view text, int base = 10) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

// "0100007F:107E 12345"
struct Socket {
  int port = 0;
  std::string inode;
};

Socket read_listener(const std::string& line) {
  const auto colon = line.find(':');
  const auto blank = line.find(' ');
  if (colon == std::string::npos || blank == std::string::npos) return {};
  return {number<int>(std::string_view(line).substr(colon + 1, blank - colon - 1), 16),
          line.substr(blank + 1)};
}

// "0100007F" -> "127.0.0.1"; IPv6 is told as all hosts or none.
std::string host_of_kernel(const std::string& digits) {
  if (digits.size() != 8)
    return digits.find_first_not_of('0') == std::string::npos ? "0.0.0.0" : std::string();
  const in_addr address{number<std::uint32_t>(digits, 16)};
  char text[INET_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET, &address, text, sizeof text);
  return text;
}

// DIR/releases/2.10.27/nats-server -> 2.10.27
std::string release_of(const plan::fs::path& program, const plan::fs::path& dir) {
  const auto folder = program.parent_path();
  return folder.parent_path() == dir / "releases" ? folder.filename().string() : std::string();
}

// "PID START RELEASE", when it is about this process.
std::string recorded_release(const std::string& record, const ProcessId& id) {
  const auto begin = fmt::format("{} {} ", id.pid, id.start_ticks);
  return record.starts_with(begin) ? record.substr(begin.size()) : std::string();
}

}  // namespace

base::Result<HostAnswer> HostAnswer::read(const std::string& output) {
  const auto begin = output.find(kBegin);
  if (begin == std::string::npos) {
    return base::Error(base::ErrorCode::protocol,
                       "no POSIX shell answered, but: " + output.substr(0, 200));
  }
  HostAnswer answer;
  answer.text_ = output.substr(begin + kBegin.size());
  for (const auto& line : base::split(answer.text_, '\n')) {
    const auto blank = line.find(' ');
    if (blank != std::string::npos)
      answer.lines_.emplace_back(line.substr(0, blank), line.substr(blank + 1));
  }
  return answer;
}

std::string HostAnswer::one(std::string_view name) const {
  for (const auto& [key, value] : lines_) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string> HostAnswer::all(std::string_view name) const {
  std::vector<std::string> result;
  for (const auto& [key, value] : lines_) {
    if (key == name) result.push_back(value);
  }
  return result;
}

std::optional<ProcessId> HostAnswer::process() const {
  const ProcessId id{number<int>(one("pid")), number<std::uint64_t>(one("start"))};
  return id.pid > 0 && id.start_ticks > 0 ? std::optional(id) : std::nullopt;
}

Facts read_facts(const HostAnswer& answer, const plan::fs::path& dir) {
  Facts facts;
  facts.os = base::lower(answer.one("os"));
  facts.arch = go_arch(answer.one("arch"));
  facts.free_bytes = 1024 * number<std::uint64_t>(answer.one("free"));
  facts.may_write = !answer.says("locked");
  facts.active_release = answer.one("active");
  facts.releases = answer.all("release");
  std::set<int> all;
  std::set<int> own;
  const auto sockets = answer.all("socket");
  for (const auto& line : answer.all("listener")) {
    const auto listener = read_listener(line);
    all.insert(listener.port);
    if (std::find(sockets.begin(), sockets.end(), listener.inode) != sockets.end())
      own.insert(listener.port);
  }
  facts.busy_ports.assign(all.begin(), all.end());
  const auto id = answer.process();
  if (!id) return facts;
  RunningServer server;
  server.id = *id;
  server.binary = answer.one("program");
  server.command = answer.all("argument");
  server.listens.assign(own.begin(), own.end());
  server.release = recorded_release(answer.one("record"), *id);
  if (server.release.empty()) server.release = release_of(server.binary, dir);
  facts.running = std::move(server);
  return facts;
}

std::vector<FoundServer> read_servers(const HostAnswer& answer) {
  std::vector<FoundServer> servers;
  for (const auto& pid : answer.all("server")) {
    FoundServer server{.binary = answer.one("program." + pid),
                       .folder = answer.one("folder." + pid),
                       .command = answer.all("argument." + pid),
                       .service = answer.one("unit." + pid),
                       .listens = {}};
    const auto sockets = answer.all("socket." + pid);
    for (const auto& line : answer.all("listener")) {
      const auto listener = read_listener(line);
      if (std::find(sockets.begin(), sockets.end(), listener.inode) == sockets.end()) continue;
      server.listens.push_back({host_of_kernel(line.substr(0, line.find(':'))), listener.port});
    }
    servers.push_back(std::move(server));
  }
  return servers;
}

std::string kernel_host(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) != 1) return {};
  return fmt::format("{:08X}", address.s_addr);
}

std::string go_arch(const std::string& machine) {
  if (machine == "x86_64") return "amd64";
  return machine == "aarch64" ? "arm64" : machine;
}

}  // namespace exec
