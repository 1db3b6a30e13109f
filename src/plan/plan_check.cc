#include "plan/plan_check.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace plan {

namespace {

using base::Problems;

struct Port {
  std::string path;  // "nodes[0].client"
  std::string what;  // "A's client port"
  Address address;
};

std::string machine_of(const std::string& host) {
  return base::lower(host) == "localhost" || host == "::1" ? "127.0.0.1" : host;
}

bool is_everywhere(const std::string& host) {
  return host == "0.0.0.0" || host == "::" || host == "*";
}

bool collide(const Address& a, const Address& b) {
  if (a.port != b.port) return false;
  return machine_of(a.host) == machine_of(b.host) || is_everywhere(a.host) || is_everywhere(b.host);
}

void add_ports(const Node& node, const std::string& path, std::vector<Port>& ports) {
  const auto add = [&](const char* field, const Address& address) {
    if (address)
      ports.push_back({path + "." + field, fmt::format("{}'s {} port", node.name, field), address});
  };
  add("client", node.client);
  add("route", node.route);
  add("monitor", node.monitor);
}

void check_ports(const Plan& plan, const Places& places, Problems& problems) {
  std::vector<Port> ports;
  for (std::size_t i = 0; i < plan.nodes.size(); ++i)
    add_ports(plan.nodes[i], fmt::format("nodes[{}]", i), ports);
  if (plan.temp_node) add_ports(plan.temp_node->node, "temp_node", ports);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!collide(ports[i].address, ports[j].address)) continue;
      problems.push_back(places.problem(
          ports[i].path,
          fmt::format("{} is taken: it is {}", ports[i].address.text(), ports[j].what),
          "give each its own port"));
      break;
    }
  }
}

void check_names(const Plan& plan, const Places& places, Problems& problems) {
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (plan.nodes[i].name.empty() || plan.nodes[i].name != plan.nodes[j].name) continue;
      problems.push_back(places.problem(
          fmt::format("nodes[{}].name", i),
          fmt::format("'{}' is the name of nodes[{}] already", plan.nodes[i].name, j),
          "two servers of one name shut each other's routes; name each its own"));
      break;
    }
  }
}

void check_temp_node(const Plan& plan, const Places& places, Problems& problems) {
  if (!plan.temp_node) return;
  const auto& temp = *plan.temp_node;
  std::vector<std::string> members;
  for (const auto& node : plan.nodes)
    members.push_back(node.name);
  const auto is_member = [&](const std::string& name) {
    return std::find(members.begin(), members.end(), name) != members.end();
  };
  if (!temp.node.name.empty() && is_member(temp.node.name)) {
    problems.push_back(
        places.problem("temp_node.name",
                       fmt::format("'{}' is the name of a member", temp.node.name),
                       "the temporary node is a further server; give it a name of its own"));
  }
  if (!temp.like.empty() && !is_member(temp.like)) {
    const auto meant = base::nearest(temp.like, members);
    problems.push_back(places.problem("temp_node.like",
                                      fmt::format("there is no member '{}'", temp.like),
                                      meant.empty() ? "members: " + base::join(members, ", ")
                                                    : fmt::format("did you mean '{}'?", meant)));
  }
  if (temp.node.executor.is_pod() && !temp.node.executor.is_temporary_pod() &&
      (temp.like.empty() || is_member(temp.like))) {
    problems.push_back(
        places.problem("temp_node.executor",
                       "a temporary node in a Pod is made like a member's Pod",
                       "name such a member in temp_node.like, or say type: process"));
  }
  if (temp.node.executor.is_pod() && !temp.binary.empty()) {
    problems.push_back(places.problem("temp_node.binary",
                                      "a Pod runs an image, not a program of this machine",
                                      "leave it out: it runs release.image"));
  }
  if (temp.ttl <= base::nanoseconds(0)) {
    problems.push_back(places.problem("temp_node.ttl", "must be more than 0", "4h is the default"));
  }
}

// What must run there is named: a program, or an image.
void check_release(const Plan& plan, const Places& places, Problems& problems) {
  std::string wants_program;
  std::string wants_image;
  for (const auto& node : plan.nodes)
    (node.executor.runs_an_image() ? wants_image : wants_program) = node.name;
  const bool temp = plan.temp_node && plan.temp_node->use != TempNode::Use::never;
  // A temporary node is no container, which is a mistake of its own.
  if (temp && plan.temp_node->binary.empty() && !plan.temp_node->node.executor.is_container())
    (plan.temp_node->node.executor.is_pod() ? wants_image : wants_program) =
        plan.temp_node->node.name;
  if (!places.knows("release")) return;
  if (plan.release.binary.empty() && !wants_program.empty() && !places.knows("release.binary")) {
    problems.push_back(places.problem(
        "release",
        "the key 'binary' is missing",
        wants_image.empty() ? "" : fmt::format("{} is no container", wants_program)));
  }
  if (plan.release.image.empty() && !wants_image.empty()) {
    problems.push_back(places.problem("release",
                                      "the key 'image' is missing",
                                      fmt::format("{} is a container, and runs no program of this "
                                                  "machine; name its image, as nats:2.10.27",
                                                  wants_image)));
  }
  if (plan.release.image.empty() &&
      !(plan.release.image_id.empty() && plan.release.image_archive.empty())) {
    problems.push_back(places.problem(
        "release", "image_id and image_archive are of an image, and none is named", "add image:"));
  }
}

void check_routes(const Plan& plan, const Places& places, Problems& problems) {
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    const auto& cluster = plan.cluster_of(plan.nodes[i].name);
    const bool gets_temp = plan.temp_node && plan.cluster_of(plan.temp_node->node.name) == cluster;
    const bool alone = plan.members_of(cluster).size() < 2 && !gets_temp;
    if (plan.nodes[i].route || alone) continue;
    problems.push_back(places.problem(fmt::format("nodes[{}].route", i),
                                      "missing",
                                      "members of a cluster find each other there"));
  }
}

// Every node is watched: over HTTP, or through the system account.
void check_watching(const Plan& plan, const Places& places, Problems& problems) {
  if (plan.system) return;
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    const auto path = fmt::format("nodes[{}]", i);
    if (plan.nodes[i].monitor || places.knows(path + ".monitor")) continue;
    problems.push_back(places.problem(
        path, "the key 'monitor' is missing", "or name a user of the system account in `system`"));
  }
}

void check_policy(const Plan& plan, const Places& places, Problems& problems) {
  const auto& policy = plan.policy;
  if (policy.drain.grace >= policy.drain.duration) {
    problems.push_back(places.problem(
        places.knows("policy.drain.grace") ? "policy.drain.grace" : "policy.drain.duration",
        fmt::format("the grace period ({}) must be shorter than the duration ({})",
                    base::format_duration(policy.drain.grace),
                    base::format_duration(policy.drain.duration)),
        "nats-server refuses such a pair; both are in its conf as lame_duck_…"));
  }
  if (policy.gates.hold >= policy.gates.within) {
    problems.push_back(places.problem(
        places.knows("policy.gates.hold") ? "policy.gates.hold" : "policy.gates.within",
        fmt::format("a gate can never be green for {} within {}",
                    base::format_duration(policy.gates.hold),
                    base::format_duration(policy.gates.within)),
        "make hold the shorter of the two"));
  }
  if (policy.gates.max_age <= base::nanoseconds(0)) {
    problems.push_back(
        places.problem("policy.gates.max_age", "must be more than 0", "2s is the default"));
  }
}

void check_access(const Access& access,
                  const std::string& where,
                  const Places& places,
                  Problems& problems) {
  const auto one = [&](const Secret& secret, const std::string& name) {
    const std::vector<std::pair<std::string, bool>> sources = {
        {name + "_file", !secret.file.empty()},
        {name + "_env", !secret.variable.empty()},
        {name + "_command", !secret.command.empty()}};
    std::vector<std::string> given;
    for (const auto& [source, is_given] : sources) {
      if (is_given) given.push_back(source);
    }
    if (given.size() < 2) return;
    problems.push_back(places.problem(where + "." + given.back(),
                                      fmt::format("{} are both given", base::join(given, " and ")),
                                      "keep one"));
  };
  one(access.password, "password");
  one(access.token, "token");
  one(access.nkey, "nkey");
  if (!access.password.empty() && access.user.empty() && access.context.empty()) {
    problems.push_back(places.problem(where, "a password is given and no user", "add user: NAME"));
  }
  if (access.cert.empty() != access.key.empty()) {
    problems.push_back(places.problem(where + (access.key.empty() ? ".cert" : ".key"),
                                      "cert and key belong together",
                                      "give both or neither"));
  }
}

// A user of the system account is not what everybody is.
void check_system(const Plan& plan, const Places& places, Problems& problems) {
  if (!plan.system) return;
  check_access(*plan.system, "system", places, problems);
  if (plan.system->empty()) {
    problems.push_back(places.problem(
        "system", "it says nothing", "name a user of the system account, or leave it out"));
  }
}

}  // namespace

base::Problems check_plan(const Plan& plan, const Places& places) {
  Problems problems;
  if (plan.nodes.empty() && places.knows("nodes")) {
    problems.push_back(places.problem("nodes", "a cluster has at least one node"));
  }
  check_names(plan, places, problems);
  check_ports(plan, places, problems);
  check_temp_node(plan, places, problems);
  check_release(plan, places, problems);
  check_routes(plan, places, problems);
  check_watching(plan, places, problems);
  check_policy(plan, places, problems);
  check_access(plan.access, "access", places, problems);
  check_system(plan, places, problems);
  if (plan.probe) check_access(plan.probe->access, "probe.access", places, problems);
  return problems;
}

}  // namespace plan
