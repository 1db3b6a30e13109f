#include "actions/preflight.h"
#include "actions/server.h"
#include "actions/temp_conf.h"
#include "actions/version_of.h"
#include "base/text.h"
#include "exec/listeners.h"
#include "gates/server_conf.h"

#include <fmt/core.h>

namespace actions {

namespace {

constexpr std::uint64_t kSpareBytes = 64 * 1024 * 1024;  // beside the programs: logs, conf, journal

std::string described(const exec::RunningServer& server) {
  const auto program = server.command.empty() ? server.binary.string() : server.command.front();
  return fmt::format("process {} ({})", server.id.pid, program);
}

bool has(const std::vector<int>& ports, int port) {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

void check_process(std::vector<Finding>& findings,
                   const plan::Node& node,
                   const exec::Facts& facts,
                   bool answers) {
  if (!facts.running) {
    if (!answers) return;  // it is down, which check_cluster says
    findings.push_back(
        {node.name,
         fmt::format("no process of this machine is seen to listen on {}", node.client.text()),
         "run natsctl on the server's machine, as its user or as root"});
    return;
  }
  const auto& server = *facts.running;
  if (!answers) {
    findings.push_back({node.name,
                        fmt::format("{} is used by {}", node.client.text(), described(server)),
                        "it may be another program, or this server with another monitoring port"});
    return;
  }
  if (!has(server.listens, node.client.port)) {
    findings.push_back(
        {node.name,
         fmt::format("{} does not listen on {}", described(server), node.client.text()),
         "it is ending, or the plan's client port is wrong"});
  }
  if (node.monitor && !has(server.listens, node.monitor.port)) {
    findings.push_back({node.name,
                        fmt::format("{} listens on {} and another one on {}",
                                    described(server),
                                    node.client.text(),
                                    node.monitor.text()),
                        "client and monitor must be of one server"});
  }
}

void check_room(std::vector<Finding>& findings,
                const plan::Node& node,
                const exec::Facts& facts,
                const plan::Plan& plan) {
  std::error_code failed;
  const auto size = plan::fs::file_size(plan.release.binary, failed);
  const auto wanted =
      (failed ? 0 : 3 * size) + kSpareBytes;  // the old program, the new one, and a copy under way
  if (facts.free_bytes >= wanted) return;
  findings.push_back({node.name,
                      fmt::format("{} free at {}, {} wanted",
                                  base::format_bytes(facts.free_bytes),
                                  node.executor.dir.string(),
                                  base::format_bytes(wanted)),
                      "make room"});
}

void check_drain_time(std::vector<Finding>& findings,
                      const plan::Plan& plan,
                      const plan::Node& node) {
  const auto conf = gates::server_conf(node);
  const auto* own = conf ? conf->find("lame_duck_duration") : nullptr;
  if (!own || !own->is(contract::ConfValue::Kind::text)) return;
  const auto duration = base::parse_duration(own->as_text());
  if (!duration || *duration <= plan.policy.drain.duration) return;
  findings.push_back({node.name,
                      fmt::format("its lame_duck_duration is {}, the plan's drain.duration {}",
                                  base::format_duration(*duration),
                                  base::format_duration(plan.policy.drain.duration)),
                      "the longer one counts; forecasts use the plan's",
                      Severity::warning});
}

void check_conf(std::vector<Finding>& findings, const plan::Plan& plan, const plan::Node& node) {
  if (node.config.empty()) return;
  const auto outcome = exec::run_command(
      {{plan.release.binary.string(), "-t", "-c", node.config.string()}, std::chrono::seconds(10)});
  if (!outcome) {
    findings.push_back({node.name, outcome.error().what});
  } else if (!outcome->ok()) {
    findings.push_back(
        {node.name,
         fmt::format(
             "{} does not take its conf: {}", plan.release.version, base::trim(outcome->output)),
         "correct the conf so that both releases take it"});
  }
}

// Somebody listens there, whoever it is.
bool is_busy(const plan::Address& address) {
  const auto listeners = exec::all_listeners();
  return std::any_of(listeners.begin(), listeners.end(), [&](const exec::Listener& listener) {
    const bool same_host = listener.host == address.host || listener.on_all_hosts() ||
                           address.host == "0.0.0.0" || address.host == "::" ||
                           address.host == "localhost";
    return listener.port == address.port && same_host;
  });
}

}  // namespace

std::vector<Finding> check_machines(const plan::Plan& plan,
                                    const watch::Snapshot& now,
                                    Executors& executors) {
  std::vector<Finding> findings;
  for (const auto& node : plan.nodes) {
    const auto executor = executors.find(node.name);
    if (executor == executors.end()) {
      findings.push_back({node.name, "there is no way to reach its machine"});
      continue;
    }
    const auto facts = executor->second->facts();
    if (!facts) {
      findings.push_back({node.name, facts.error().what});
      continue;
    }
    const auto* sample = now.find(node.name);
    check_process(findings, node, *facts, sample && sample->varz);
    check_room(findings, node, *facts, plan);
    check_drain_time(findings, plan, node);
  }
  return findings;
}

std::vector<Finding> check_release(const plan::Plan& plan) {
  std::vector<Finding> findings;
  const auto version = version_of(plan.release.binary);
  if (!version) {
    findings.push_back(
        {"", version.error().what, "release.binary must be a NATS server for this machine"});
    return findings;
  }
  if (*version != plan.release.version) {
    findings.push_back({"",
                        fmt::format("{} says that it is {}, the plan says {}",
                                    plan.release.binary.string(),
                                    *version,
                                    plan.release.version),
                        "correct release.version or release.binary"});
  }
  for (const auto& node : plan.nodes)
    check_conf(findings, plan, node);
  return findings;
}

std::vector<Finding> check_temp_node(const plan::Plan& plan, Executors& executors) {
  std::vector<Finding> findings;
  if (!plan.temp_node || plan.temp_node->use == plan::TempNode::Use::never) return findings;
  const auto& node = plan.temp_node->node;
  if (const auto conf = make_temp_conf(plan); !conf) {
    findings.push_back({node.name, "its conf cannot be made: " + conf.error().what});
  }
  if (const auto release = release_of_temp(plan); !release) {
    findings.push_back({node.name, release.error().what, "temp_node.binary must be a NATS server"});
  }
  const auto executor = executors.find(node.name);
  const auto facts = executor == executors.end() ? base::Result<exec::Facts>(exec::Facts{})
                                                 : executor->second->facts();
  if (!facts) {
    findings.push_back({node.name, facts.error().what});
  } else if (facts->running && !facts->running->release.empty()) {
    return findings;  // it runs already, started by natsctl: the ports are its own
  }
  for (const auto* address : {&node.client, &node.route, &node.monitor}) {
    if (!*address || !is_busy(*address)) continue;
    findings.push_back({node.name,
                        address->text() + " is used by another program",
                        "free it, or give temp_node another port"});
  }
  return findings;
}

}  // namespace actions
