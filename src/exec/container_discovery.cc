#include "exec/container_discovery.h"

#include "exec/container_ports.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

// TCP ports that a container says it has, whether something listens or not.
std::vector<int> exposed_ports(const Container& container) {
  std::set<int> ports;
  for (const auto* where : {"Config", "NetworkSettings"}) {
    const auto* key = std::string_view(where) == "Config" ? "ExposedPorts" : "Ports";
    for (const auto& [port, unused] : container.told[where][key].fields()) {
      if (port.ends_with("/tcp")) ports.insert(std::atoi(port.c_str()));
    }
  }
  return {ports.begin(), ports.end()};
}

std::vector<plan::Address> reached_at(const Container& container) {
  const auto inside = listening_inside(container);
  const auto ports = inside ? *inside : exposed_ports(container);
  const auto own = addresses_of(container);
  std::vector<plan::Address> result;
  for (const auto& one : published_ports(container)) {
    const bool any = one.outside.host == "0.0.0.0" || one.outside.host == "::";
    if (std::find(ports.begin(), ports.end(), one.inside) != ports.end())
      result.push_back({any ? "127.0.0.1" : one.outside.host, one.outside.port});
  }
  for (const auto port : ports) {
    if (has_host_network(container)) result.push_back({"127.0.0.1", port});
    if (!own.empty()) result.push_back({own.front(), port});
  }
  return result;
}

FoundContainer found(const Container& container) {
  return {.container = container,
          .image = container.told["Config"]["Image"].text(),
          .folder = container.told["Config"]["WorkingDir"].text("/"),
          .listens = reached_at(container)};
}

}  // namespace

Result<FoundContainer> find_container(Engine& engine, const std::string& name) {
  const auto told = TRY(engine.get("/containers/" + url_word(name) + "/json"));
  const auto container = read_container(told);
  if (!container.running)
    return Error(ErrorCode::refused, fmt::format("container {} does not run", name));
  return found(container);
}

Result<std::vector<FoundContainer>> containers_of(Engine& engine, const std::string& project) {
  const auto filter = Json::object(
      {{"label", Json(std::vector<std::string>{"com.docker.compose.project=" + project})}});
  const auto all = TRY(engine.get("/containers/json?filters=" + url_word(filter.dump())));
  std::vector<FoundContainer> result;
  for (const auto& one : all.items())
    result.push_back(TRY(find_container(engine, one["Id"].text())));
  std::sort(result.begin(), result.end(), [](const FoundContainer& a, const FoundContainer& b) {
    return a.container.name < b.container.name;
  });
  if (!result.empty()) return result;
  return Error(ErrorCode::not_found,
               fmt::format("no container of a Compose project {} runs", project));
}

}  // namespace exec
