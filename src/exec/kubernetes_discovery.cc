#include "exec/kubernetes_discovery.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr const char* kDomain = "cluster.local";  // unless a cluster was given another
constexpr int kMonitorPort = 8222;

// "nats", as the official chart has it, before one that only has such an image.
std::string server_container(const Json& spec) {
  std::string result;
  for (const auto& container : spec["containers"].items()) {
    const auto image = container["image"].text();
    auto name = container["name"].text();
    if (name == "nats") return name;
    const auto last = image.substr(image.rfind('/') + 1);
    const bool server = last.starts_with("nats:") || last.starts_with("nats@") ||
                        last.starts_with("nats-server:") || last.starts_with("nats-server@");
    if (server && result.empty()) result = name;
  }
  return result;
}

FoundPod found(const StatefulSet& set, const Json& told, const std::string& container) {
  FoundPod result{.pod = read_pod(told, container),
                  .container = container,
                  .host = {},
                  .ports = {},
                  .command = {}};
  const auto& own = container_in(told["spec"], container);
  const auto service = set.told["spec"]["serviceName"].text();
  result.host = service.empty() ? result.pod.address
                                : fmt::format("{}.{}.{}.svc.{}",
                                              result.pod.name,
                                              service,
                                              told["metadata"]["namespace"].text(),
                                              kDomain);
  for (const auto& port : own["ports"].items()) {
    if (port["protocol"].text("TCP") == "TCP")
      result.ports.push_back(static_cast<int>(port["containerPort"].integer()));
  }
  if (std::find(result.ports.begin(), result.ports.end(), kMonitorPort) == result.ports.end())
    result.ports.push_back(kMonitorPort);
  result.command = own["command"].texts();
  if (result.command.empty()) result.command = {"nats-server"};  // the image's entry point
  std::map<std::string, std::string> known;
  for (const auto& variable : own["env"].items()) {
    const bool is_name = variable["valueFrom"]["fieldRef"]["fieldPath"].text() == "metadata.name";
    if (is_name) known[variable["name"].text()] = result.pod.name;
    if (variable["valueFrom"].is_null())
      known[variable["name"].text()] = expanded(variable["value"].text(), known);
  }
  for (const auto& argument : own["args"].texts())
    result.command.push_back(expanded(argument, known));
  return result;
}

}  // namespace

Result<std::vector<FoundPod>> pods_of(Kubectl& kubectl,
                                      const std::string& stateful_set,
                                      const std::string& container) {
  const auto told = TRY(kubectl.get("statefulset", stateful_set));
  const auto name =
      container.empty() ? server_container(told["spec"]["template"]["spec"]) : container;
  const auto set = read_stateful_set(told, name);
  if (set.image.empty()) {
    return Error(ErrorCode::not_found,
                 fmt::format("StatefulSet {} has no container {}: name the server's (--container)",
                             stateful_set,
                             name.empty() ? "of a nats image" : name));
  }
  std::vector<FoundPod> result;
  for (int ordinal = 0; ordinal < set.replicas; ++ordinal) {
    const auto one =
        found(set, TRY(kubectl.get("pod", fmt::format("{}-{}", set.name, ordinal))), name);
    if (!one.pod.running)
      return Error(ErrorCode::refused,
                   fmt::format("Pod {} does not run: {}", one.pod.name, one.pod.trouble));
    result.push_back(one);
  }
  return result;
}

}  // namespace exec
