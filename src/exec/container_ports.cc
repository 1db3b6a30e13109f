#include "exec/container_ports.h"

#include "base/files.h"
#include "exec/listeners.h"
#include "exec/proc.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

namespace exec {

namespace {

namespace fs = std::filesystem;

// Processes of the container: their control group has its name.
std::vector<int> processes_of(const Container& container) {
  std::vector<int> result;
  std::error_code failed;
  for (fs::directory_iterator at("/proc", failed), end; !failed && at != end;
       at.increment(failed)) {
    const auto name = at->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto groups = base::read_file(at->path() / "cgroup");
    if (groups && groups->find(container.id) != std::string::npos)
      result.push_back(std::atoi(name.c_str()));
  }
  return result;
}

}  // namespace

std::optional<std::vector<int>> listening_inside(const Container& container) {
  const auto pids = processes_of(container);
  // The engine's own number for it must be among them: else these are not its processes.
  if (container.id.empty() || std::find(pids.begin(), pids.end(), container.pid) == pids.end())
    return std::nullopt;
  std::set<std::uint64_t> sockets;
  for (const auto pid : pids)
    sockets.merge(sockets_of(pid));
  std::set<int> ports;
  for (const auto* file : {"tcp", "tcp6"}) {
    const auto text = base::read_file(fmt::format("/proc/{}/net/{}", container.pid, file));
    if (!text) continue;
    for (const auto& listener : parse_listeners(*text)) {
      if (sockets.contains(listener.inode)) ports.insert(listener.port);
    }
  }
  return std::vector<int>(ports.begin(), ports.end());
}

std::vector<int> as_addressed(const Container& container,
                              const std::vector<int>& inside,
                              const std::string& host) {
  const auto own = addresses_of(container);
  if (has_host_network(container) || std::find(own.begin(), own.end(), host) != own.end())
    return inside;
  const auto published = published_ports(container);
  std::set<int> result;
  for (const auto port : inside) {
    bool is_published = false;
    for (const auto& one : published) {
      if (one.inside != port) continue;
      is_published = true;
      result.insert(one.outside.port);
    }
    if (!is_published) result.insert(port);
  }
  return {result.begin(), result.end()};
}

}  // namespace exec
