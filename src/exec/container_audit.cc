#include "exec/container_audit.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/core.h>

namespace exec {

namespace {

constexpr base::nanoseconds kStopTimeout =
    std::chrono::seconds(10);  // when nobody said another. Source: docker stop --help

std::string network_mode(const Container& container) {
  return container.told["HostConfig"]["NetworkMode"].text();
}

// What natsctl cannot keep a promise with.
void check_life(std::vector<Concern>& concerns, const Container& container) {
  if (container.told["HostConfig"]["AutoRemove"].boolean()) {
    concerns.push_back({fmt::format("{} was started with --rm: when its server ends it is gone, "
                                    "with all of its settings, and there is no way back",
                                    container.name),
                        "start it again without --rm, at a time when clients may be cut off"});
  }
  const auto mode = network_mode(container);
  if (mode.starts_with("container:") || mode.starts_with("ns:")) {
    concerns.push_back({fmt::format("{} lives in the network of another container or pod ({})",
                                    container.name,
                                    mode.substr(0, 30)),
                        "natsctl upgrades containers that have a network of their own, or the "
                        "host's"});
  }
  const auto state = container.told["State"]["Status"].text();
  if (state == "paused")
    concerns.push_back({container.name + " is paused", "unpause " + container.name});
  if (const auto unit = container.labels.find("PODMAN_SYSTEMD_UNIT");
      unit != container.labels.end())
    concerns.push_back({fmt::format("{} is made by the systemd unit {}, which would make it anew",
                                    container.name,
                                    unit->second),
                        "natsctl upgrades containers that no unit makes"});
}

// The engine gives a new container another address unless it was told which.
void check_address(std::vector<Concern>& concerns,
                   const Container& container,
                   const plan::Node& node) {
  const bool is_podman = node.executor.type == "podman";  // it gives the same one when asked
  for (const auto& [name, network] : container.told["NetworkSettings"]["Networks"].fields()) {
    const auto address = network["IPAddress"].text();
    const auto& given = network["IPAMConfig"]["IPv4Address"];
    const bool used =
        !address.empty() && (address == node.client.host || address == node.monitor.host);
    if (!used || given.text() == address || (is_podman && is_own_network(name))) continue;
    concerns.push_back(
        {fmt::format("the plan reaches it at {}, which the engine chose: the new container may get "
                     "another",
                     address),
         "publish its ports and name those in the plan, or give it a fixed address "
         "(ipv4_address)"});
  }
}

// Others who live in this one's network have none once it is replaced.
void check_others(std::vector<Concern>& concerns,
                  const Container& container,
                  const base::Json& all) {
  std::vector<std::string> names;
  for (const auto& other : all.items()) {
    if (other["HostConfig"]["NetworkMode"].text() != "container:" + container.id) continue;
    const auto own = other["Names"].texts();
    names.push_back(own.empty() ? short_id(other["Id"].text()) : own.front());
  }
  if (names.empty()) return;
  concerns.push_back({fmt::format("{} lives in its network, and loses it when it is replaced",
                                  base::join(names, ", ")),
                      "start it again after the upgrade",
                      false});
}

void check_stop(std::vector<Concern>& concerns,
                const Container& container,
                const plan::Node& node) {
  const auto signal = stop_signal_of(container);
  const bool bearable = signal == "SIGUSR2" || signal == "SIGTERM";  // see container_podman.cc
  if (!bearable && node.executor.type == "podman" && has_restart_policy(container)) {
    concerns.push_back(
        {fmt::format(
             "{} cannot be drained: Podman starts it again as soon as it ends, unless it is "
             "stopped by Podman, which sends {}",
             container.name,
             signal),
         "give it --stop-signal SIGUSR2 (stop_signal in a compose file), or no restart policy"});
    return;
  }
  if (signal != "SIGUSR2") {
    concerns.push_back(
        {fmt::format("a stop by the engine, and a reboot, cut clients off: they send {}", signal),
         "natsctl itself drains it; for the rest: stop_signal: SIGUSR2 and stop_grace_period: 150s",
         false});
    return;
  }
  const auto told = container.told["Config"].find("StopTimeout");
  const base::nanoseconds patience =
      told && told->is_number() ? std::chrono::seconds(told->integer()) : kStopTimeout;
  const plan::Policy::Drain usual;
  if (patience >= usual.duration) return;
  concerns.push_back(
      {fmt::format("a stop by the engine kills it after {}, in the middle of its lame duck",
                   base::format_duration(patience)),
       fmt::format("stop_grace_period must be longer than lame_duck_duration ({} when the conf "
                   "says nothing)",
                   base::format_duration(usual.duration)),
       false});
}

void check_restart(std::vector<Concern>& concerns, const Container& container, bool held) {
  if (held) {
    concerns.push_back(
        {fmt::format("an interrupted run of natsctl holds {}: the engine does not start it again",
                     container.name),
         "natsctl resume",
         false});
  } else if (!has_restart_policy(container)) {
    concerns.push_back(
        {fmt::format("{} stays down after a reboot: it has no restart policy", container.name),
         "restart: unless-stopped",
         false});
  }
}

void check_command(std::vector<Concern>& concerns,
                   const Container& container,
                   const plan::Node& node) {
  const auto& words = container.command;
  std::vector<std::string> missing;
  const auto want = [&](const std::string& word) {
    const bool there = std::any_of(words.begin(), words.end(), [&](const std::string& own) {
      return own == word || own.ends_with("=" + word);
    });
    if (!there) missing.push_back(word);
  };
  if (!node.config.empty()) want(node.config.string());
  for (const auto& argument : node.args)
    want(argument);
  if (missing.empty()) return;
  concerns.push_back(
      {fmt::format("the plan says {}, and the container runs {}",
                   base::join(missing, " "),
                   base::join(words, " ")),
       "a container keeps its own command; write the same in the plan, as natsctl discover does",
       false});
}

void check_compose(std::vector<Concern>& concerns, const Container& container) {
  const auto compose = compose_of(container);
  if (!compose) return;
  concerns.push_back(
      {fmt::format("{} is service {} of the Compose project {}: {} names its image, and natsctl "
                   "does not edit it",
                   container.name,
                   compose->service,
                   compose->project,
                   compose->file),
       "change the line image: there once the upgrade is done; before that, `compose up` would "
       "bring the old one back",
       false});
}

}  // namespace

std::vector<Concern> audit(const Container& container,
                           const plan::Node& node,
                           const Surroundings& around) {
  std::vector<Concern> concerns;
  check_life(concerns, container);
  check_address(concerns, container, node);
  check_others(concerns, container, around.all);
  check_stop(concerns, container, node);
  check_restart(concerns, container, around.held);
  check_command(concerns, container, node);
  check_compose(concerns, container);
  return concerns;
}

std::string in_words(const Container& container, const std::string& engine) {
  auto text = fmt::format("{}: container {} ({}), image {} ({})",
                          engine,
                          container.name,
                          short_id(container.id),
                          container.told["Config"]["Image"].text(),
                          short_id(container.image));
  if (container.running) text += ", since " + container.started_text.substr(0, 19);
  text += ", restart " + restart_policy_of(container)["Name"].text();
  if (const auto compose = compose_of(container)) text += ", Compose project " + compose->project;
  return text;
}

}  // namespace exec
