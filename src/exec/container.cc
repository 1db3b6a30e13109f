#include "exec/container.h"

#include "base/text.h"

#include <array>
#include <set>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Json;

constexpr std::string_view kDigest = "sha256:";
constexpr std::size_t kShortId = 12;

// As Linux numbers them on amd64 and arm64. Source: signal(7).
struct SignalName {
  std::string_view number;
  std::string_view name;
};

constexpr auto kSignals = std::to_array<SignalName>({{"1", "SIGHUP"},
                                                     {"2", "SIGINT"},
                                                     {"3", "SIGQUIT"},
                                                     {"9", "SIGKILL"},
                                                     {"10", "SIGUSR1"},
                                                     {"12", "SIGUSR2"},
                                                     {"15", "SIGTERM"}});

std::string label(const Container& container, const std::string& name) {
  const auto at = container.labels.find(name);
  return at == container.labels.end() ? std::string() : at->second;
}

}  // namespace

std::string image_id(const std::string& told) {
  return told.empty() || told.starts_with(kDigest) ? told : std::string(kDigest) + told;
}

std::string short_id(const std::string& id) {
  return id.substr(id.starts_with(kDigest) ? kDigest.size() : 0, kShortId);
}

Container read_container(const Json& told) {
  const auto& state = told["State"];
  Container container{.id = told["Id"].text(),
                      .name = told["Name"].text(),
                      .image = image_id(told["Image"].text()),
                      .restarts = static_cast<int>(told["RestartCount"].integer()),
                      .pid = static_cast<int>(state["Pid"].integer()),
                      .started_text = state["StartedAt"].text(),
                      .told = told};
  if (container.name.starts_with('/')) container.name.erase(0, 1);
  // Between two tries of a restart policy Docker says that it runs, and has no process; of one that
  // it stops Podman says that it does not run, and it has.
  container.running = container.pid > 0;
  container.stopping = state["Status"].text() == "stopping";
  if (const auto started = base::parse_time(container.started_text); started && container.running)
    container.started = static_cast<std::uint64_t>(started->time_since_epoch().count());
  container.command.push_back(told["Path"].text());
  for (auto& argument : told["Args"].texts())
    container.command.push_back(std::move(argument));
  for (const auto& [name, value] : told["Config"]["Labels"].fields())
    container.labels[name] = value.text();
  return container;
}

ProcessId process_of(const Container& container) {
  return {container.pid, container.started};
}

std::vector<Published> published_ports(const Container& container) {
  std::vector<Published> result;
  for (const auto& [port, bindings] : container.told["NetworkSettings"]["Ports"].fields()) {
    if (!port.ends_with("/tcp")) continue;
    const auto inside = base::parse_int(port.substr(0, port.find('/')));
    for (const auto& binding : bindings.items()) {
      const auto outside = base::parse_int(binding["HostPort"].text());
      const auto host = binding["HostIp"].text();
      if (inside && outside)
        result.push_back({static_cast<int>(*inside),
                          {host.empty() ? "0.0.0.0" : host, static_cast<int>(*outside)}});
    }
  }
  return result;
}

std::vector<std::string> addresses_of(const Container& container) {
  std::set<std::string> result;
  for (const auto& [name, network] : container.told["NetworkSettings"]["Networks"].fields()) {
    for (const auto* key : {"IPAddress", "GlobalIPv6Address"}) {
      if (auto address = network[key].text(); !address.empty()) result.insert(std::move(address));
    }
  }
  return {result.begin(), result.end()};
}

std::map<std::string, std::string> addresses_by_network(const Container& container) {
  std::map<std::string, std::string> result;
  for (const auto& [name, network] : container.told["NetworkSettings"]["Networks"].fields()) {
    const auto address = network["IPAddress"].text();
    if (is_own_network(name) && !address.empty()) result[name] = address;
  }
  return result;
}

bool has_host_network(const Container& container) {
  return container.told["HostConfig"]["NetworkMode"].text() == "host";
}

bool is_own_network(const std::string& name) {
  static const std::set<std::string> engines = {
      "bridge", "host", "none", "default", "podman", "slirp4netns", "pasta", "private", ""};
  return !engines.contains(name) && name.find(':') == std::string::npos;
}

std::string stop_signal_of(const Container& container) {
  const auto told = container.told["Config"]["StopSignal"];
  const auto text = told.is_number() ? std::to_string(told.integer()) : told.text();
  for (const auto& [number, name] : kSignals) {
    if (text == number) return std::string(name);
  }
  if (text.empty()) return "SIGTERM";
  return text.starts_with("SIG") ? text : "SIG" + text;
}

Json restart_policy_of(const Container& container) {
  const auto& policy = container.told["HostConfig"]["RestartPolicy"];
  const auto name = policy["Name"].text();
  return Json::object({{"Name", name.empty() ? "no" : name},
                       {"MaximumRetryCount", policy["MaximumRetryCount"].integer()}});
}

bool has_restart_policy(const Container& container) {
  return restart_policy_of(container)["Name"].text() != "no";
}

std::optional<ComposeService> compose_of(const Container& container) {
  ComposeService service{label(container, "com.docker.compose.project"),
                         label(container, "com.docker.compose.service"),
                         label(container, "com.docker.compose.project.config_files")};
  if (service.project.empty()) return std::nullopt;
  if (service.file.empty()) service.file = "its compose file";
  return service;
}

}  // namespace exec
