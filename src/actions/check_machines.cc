#include "actions/preflight.h"
#include "actions/server.h"
#include "actions/temp_conf.h"
#include "actions/version_of.h"
#include "base/text.h"
#include "exec/listeners.h"
#include "exec/side_by_side.h"
#include "gates/server_conf.h"
#include "plan/server_drain.h"

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
    const bool remote = node.executor.is_remote();
    if (node.executor.runs_an_image()) {
      const bool pod = node.executor.is_pod();
      findings.push_back(
          {node.name,
           fmt::format("its {} {} does not run, and something answers at {}",
                       pod ? "Pod" : "container",
                       pod ? node.executor.pod : node.executor.container,
                       node.monitor.text()),
           fmt::format("correct executor.{}, or client and monitor", pod ? "pod" : "container")});
      return;
    }
    findings.push_back(
        {node.name,
         remote ? fmt::format("no process of {} is seen to be its server", node.executor.host)
                : fmt::format("no process of this machine is seen to listen on {}",
                              node.client.text()),
         remote ? "correct executor.host or executor.service; sudo: true looks into processes of "
                  "other users"
                : "run natsctl on the server's machine, as its user or as root; or say in executor "
                  "how it is reached"});
    return;
  }
  const auto& server = *facts.running;
  if (!answers && node.executor.is_pod()) return;  // its audit tells how Pods are reached
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
  if (!facts.may_write) {
    findings.push_back(
        {node.name,
         fmt::format("{} cannot be written", node.executor.dir.string()),
         "give it to the user that natsctl works as there: sudo install -d -o USER " +
             node.executor.dir.parent_path().string()});
  }
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
  if (!conf) return;  // a finding of its own
  const auto own = plan::drain_of(*conf);
  const auto& wanted = plan.policy.drain;
  if (own.duration <= wanted.duration && own.grace <= wanted.grace) return;
  findings.push_back({node.name,
                      fmt::format("its lame duck takes up to {}, {} of it before the first client "
                                  "goes; the plan's drain has {} and {}",
                                  base::format_duration(own.duration),
                                  base::format_duration(own.grace),
                                  base::format_duration(wanted.duration),
                                  base::format_duration(wanted.grace)),
                      "what the server does counts, and forecasts use the plan's: write the same "
                      "in both (lame_duck_duration and lame_duck_grace_period in the conf, 2m and "
                      "10s when it does not say)",
                      Severity::warning});
}

// Why the release would not take the node's conf; empty: it would, or nobody can tell yet.
std::string conf_objection(const plan::Plan& plan,
                           const plan::Node& node,
                           exec::Executor* executor) {
  auto program = plan.release.binary;
  if (node.executor.has_files_of_its_own()) {
    // The conf and what it names lie there. Once the release does too, it is asked there; staging
    // asks it as well.
    const auto staged =
        executor ? executor->program(plan.release.version) : base::Result<plan::fs::path>(program);
    if (!staged) return {};
    program = *staged;
  }
  return conf_trouble(executor, node, program, plan.release.version);
}

Finding finding_of(const plan::Node& node, const exec::Concern& concern) {
  return {
      node.name, concern.what, concern.hint, concern.stops ? Severity::error : Severity::warning};
}

// What one machine shows.
std::vector<Finding> check_machine(const plan::Plan& plan,
                                   const plan::Node& node,
                                   bool answers,
                                   exec::Executor& executor) {
  std::vector<Finding> findings;
  const auto facts = executor.facts();
  if (!facts) return {{node.name, facts.error().what}};
  if (!facts->about.empty()) findings.push_back({node.name, facts->about, "", Severity::note});
  check_process(findings, node, *facts, answers);
  check_room(findings, node, *facts, plan);
  const auto concerns = executor.audit();
  if (!concerns) {
    findings.push_back({node.name, concerns.error().what});
    return findings;
  }
  for (const auto& concern : *concerns)
    findings.push_back(finding_of(node, concern));
  check_drain_time(findings, plan, node);
  return findings;
}

// The program says of itself what the plan says of it. False: it does not run.
bool check_program(std::vector<Finding>& findings, const plan::Release& release) {
  const auto version = version_of(release.binary);
  if (!version) {
    findings.push_back(
        {"", version.error().what, "release.binary must be a NATS server for this machine"});
    return false;
  }
  if (*version != release.version) {
    findings.push_back({"",
                        fmt::format("{} says that it is {}, the plan says {}",
                                    release.binary.string(),
                                    *version,
                                    release.version),
                        "correct release.version or release.binary"});
  }
  return true;
}

void check_staging(std::vector<Finding>& findings,
                   const plan::Plan& plan,
                   const plan::Node& node,
                   exec::Executor& executor) {
  const auto concerns = executor.audit_release(plan.release);
  if (!concerns) {
    findings.push_back({node.name, concerns.error().what});
    return;
  }
  for (const auto& concern : *concerns)
    findings.push_back(finding_of(node, concern));
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
  std::vector<const plan::Node*> nodes;
  std::map<std::string, std::vector<Finding>> found;
  for (const auto& node : plan.nodes) {
    if (executors.contains(node.name)) {
      nodes.push_back(&node);
      found[node.name];
    } else {
      findings.push_back({node.name, "there is no way to reach its machine"});
    }
  }
  exec::side_by_side(nodes, [&](const plan::Node& node) {
    const auto* sample = now.find(node.name);
    found.at(node.name) =
        check_machine(plan, node, sample && sample->varz, *executors.at(node.name));
  });
  for (const auto* node : nodes) {
    for (auto& finding : found[node->name])
      findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> check_release(const plan::Plan& plan, Executors& executors) {
  std::vector<Finding> findings;
  if (!plan.release.binary.empty() && !check_program(findings, plan.release)) return findings;
  std::vector<const plan::Node*> nodes;
  std::map<std::string, std::vector<Finding>> found;
  for (const auto& node : plan.nodes) {
    nodes.push_back(&node);
    found[node.name];
  }
  exec::side_by_side(nodes, [&](const plan::Node& node) {
    const auto at = executors.find(node.name);
    auto* executor = at == executors.end() ? nullptr : at->second.get();
    auto& own = found.at(node.name);
    if (executor) check_staging(own, plan, node, *executor);
    const auto trouble = any_error(own) ? "" : conf_objection(plan, node, executor);
    if (!trouble.empty())
      own.push_back({node.name, trouble, "correct the conf so that both releases take it"});
  });
  for (const auto* node : nodes) {
    for (auto& finding : found.at(node->name))
      findings.push_back(std::move(finding));
  }
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
  if (node.executor.is_pod()) {  // whose ports are its own
    const auto concerns = executor == executors.end() ? base::Result<std::vector<exec::Concern>>({})
                                                      : executor->second->audit();
    if (!concerns) findings.push_back({node.name, concerns.error().what});
    for (std::size_t i = 0; concerns && i < concerns->size(); ++i)
      findings.push_back(finding_of(node, (*concerns)[i]));
    return findings;
  }
  for (const auto* address : {&node.client, &node.route, &node.monitor}) {
    if (!*address) continue;
    const bool busy = node.executor.is_remote() ? facts && has(facts->busy_ports, address->port)
                                                : is_busy(*address);
    if (!busy) continue;
    findings.push_back({node.name,
                        address->text() + " is used by another program",
                        "free it, or give temp_node another port"});
  }
  return findings;
}

}  // namespace actions
