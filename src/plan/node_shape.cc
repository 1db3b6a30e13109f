#include "base/text.h"
#include "plan/plan_shape.h"

#include <fmt/format.h>

namespace plan {

namespace {

// The name of a systemd unit, as systemctl takes it: a service when it says nothing else.
Codec<std::string> unit_value() {
  auto codec = text_value();
  const auto read = codec.read;
  codec.read = [read](std::string& value, const base::Yaml& yaml, Source& source) {
    read(value, yaml, source);
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) ||
             std::string_view(":-_.@").find(c) != std::string_view::npos;
    });
    if (!plain || value.empty()) {
      yaml.complain(fmt::format("'{}' is no name of a systemd unit", value),
                    "write it like nats-server");
    } else if (value.find('.') == std::string::npos) {
      value += ".service";
    }
  };
  return codec;
}

const Shape<ExecutorSpec>& executor_shape() {
  using Spec = ExecutorSpec;
  static const Shape<Spec> shape{
      key<Spec>("type", &Spec::type, text_value(), "How natsctl reaches the node's machine"),
      key<Spec>("dir",
                &Spec::dir,
                path_value(),
                "natsctl's folder for the node, on its machine: releases, pid record, log; default "
                "state/{node}, with ssh /var/lib/natsctl/{node}"),
      key<Spec>("host",
                &Spec::host,
                text_value(),
                "Where ssh goes: a name of ~/.ssh/config, or user@host"),
      key<Spec>("ssh_config", &Spec::ssh_config, path_value(), "A file instead of ~/.ssh/config"),
      key<Spec>(
          "sudo",
          &Spec::sudo,
          flag_value(),
          "What needs root goes through sudo -n; examples/ssh-systemd/sudoers has what that is"),
      key<Spec>("service", &Spec::service, unit_value(), "The systemd unit that runs the server"),
      key<Spec>("start",
                &Spec::start,
                text_value(),
                "Without systemd: a command that starts $NATSCTL_PROGRAM, which is "
                "DIR/current/nats-server"),
      key<Spec>("stop", &Spec::stop, text_value(), "A command that stops it; default: SIGINT"),
      key<Spec>("hold",
                &Spec::hold,
                text_value(),
                "A command that makes a supervisor leave the server alone until the next start"),
      key<Spec>("keep",
                &Spec::keep,
                number_value(0, 1000),
                "How many releases stay there beside the active one and the one before; default 3"),
      key<Spec>("container",
                &Spec::container,
                text_value(),
                "With docker or podman: the container that runs the server; with kubernetes: which "
                "of the Pod's, default nats"),
      key<Spec>("socket",
                &Spec::socket,
                path_value(),
                "The engine's socket; default /var/run/docker.sock, /run/podman/podman.sock"),
      key<Spec>("pod",
                &Spec::pod,
                text_value(),
                "With kubernetes: the Pod of a StatefulSet, as nats-0; default: the node's name"),
      key<Spec>("namespace",
                &Spec::name_space,
                text_value(),
                "The Pod's namespace; default: that of the context"),
      key<Spec>("context",
                &Spec::context,
                text_value(),
                "A context of kubectl's configuration; default: the current one"),
      key<Spec>("kubeconfig",
                &Spec::kubeconfig,
                path_value(),
                "kubectl's configuration; default: where it looks itself"),
      key<Spec>(
          "kubectl", &Spec::kubectl, text_value(), "Another program than the kubectl of $PATH"),
  };
  return shape;
}

base::Yaml field_of(const base::Yaml& yaml, const std::string& name) {
  if (yaml.kind() != base::Yaml::Kind::map) return {};
  for (const auto& [key, field] : yaml.fields()) {
    if (key == name) return field;
  }
  return {};
}

const std::vector<std::string> kTypes = {"process", "ssh", "docker", "podman", "kubernetes"};
constexpr const char* kUsualContainer = "nats";  // Source: k8s/helm/charts/nats, stateful-set

Codec<ExecutorSpec> executor_value() {
  auto codec = map_value(executor_shape());
  codec.schema.set("properties", [&] {
    auto properties = codec.schema["properties"];
    auto type = properties["type"];
    type.set("enum", base::Json(kTypes));
    properties.set("type", type);
    return properties;
  }());
  const auto read = codec.read;
  codec.read = [read](ExecutorSpec& spec, const base::Yaml& yaml, Source& source) {
    const auto type = field_of(yaml, "type");
    const auto word = type ? type.text() : spec.type;
    if (std::find(kTypes.begin(), kTypes.end(), word) != kTypes.end())
      return read(spec, yaml, source);
    type.complain(fmt::format("there is no executor '{}'", word),
                  word == "systemd" ? "'process' or 'ssh', with service: UNIT"
                                    : "'process' is: servers on this machine; 'ssh': on others; "
                                      "'docker' and 'podman': in containers; 'kubernetes': in Pods "
                                      "of a StatefulSet");
  };
  return codec;
}

// "nats-0"
bool is_of_a_stateful_set(const std::string& pod) {
  const auto dash = pod.rfind('-');
  return dash != std::string::npos && dash > 0 &&
         static_cast<bool>(base::parse_int(pod.substr(dash + 1)));
}

void check_pod(const Node& node, const base::Yaml& at) {
  const auto& spec = node.executor;
  const bool says = !spec.pod.empty() || !spec.name_space.empty() || !spec.context.empty() ||
                    !spec.kubeconfig.empty() || !spec.kubectl.empty();
  if (says && !spec.is_pod()) {
    at.complain("executor.pod, namespace, context, kubeconfig and kubectl are for type: kubernetes",
                "add type: kubernetes");
  }
  const auto& pod = spec.pod.empty() ? node.name : spec.pod;
  if (spec.is_pod() && !is_of_a_stateful_set(pod)) {
    at.complain(fmt::format("'{}' is no Pod of a StatefulSet", pod),
                "its Pods are named like nats-0: add pod: NAME-NUMBER to executor");
  }
}

// "natsctl-c": as the names of Pods and Services are, and not one that a StatefulSet would take for
// its own.
std::string temporary_pod_name(const std::string& node) {
  std::string name = "natsctl-";
  for (const auto letter : base::lower(node))
    name += std::isalnum(static_cast<unsigned char>(letter)) ? letter : '-';
  return is_of_a_stateful_set(name) ? name + "-temp" : name;
}

// A temporary node in a Pod: a Pod of its own, in whose folder `dir` its conf lies.
void complete_temporary_pod(Node& node, const base::Yaml& executor) {
  auto& spec = node.executor;
  if (!field_of(executor, "dir")) spec.dir = "/etc/natsctl";
  if (spec.pod.empty()) spec.pod = temporary_pod_name(node.name);
  if (is_of_a_stateful_set(spec.pod))
    executor.complain(fmt::format("'{}' is what a StatefulSet calls its Pods", spec.pod),
                      "give the temporary node another name without a number at its end");
}

// What does not go together, once `defaults` are merged in.
void check_executor(const Node& node, const base::Yaml& yaml) {
  const auto& spec = node.executor;
  const auto own = field_of(yaml, "executor");
  const auto& at = own ? own : yaml;
  if (spec.is_remote() && spec.host.empty()) {
    at.complain("the executor 'ssh' wants to know the host", "add host: user@h1 to executor");
  }
  if (!spec.is_remote() && !spec.host.empty()) {
    at.complain("executor.host is for type: ssh", "add type: ssh");
  }
  if (!spec.service.empty() && (!spec.start.empty() || !spec.stop.empty() || !spec.hold.empty())) {
    at.complain("executor.service and start, stop or hold are two ways to the same", "keep one");
  }
  if (!spec.is_pod() && spec.is_container() == spec.container.empty()) {
    at.complain(spec.is_container()
                    ? fmt::format("the executor '{}' wants to know the container", spec.type)
                    : "executor.container is for type: docker, podman and kubernetes",
                spec.is_container() ? "add container: NAME to executor" : "add type: docker");
  }
  if (spec.runs_an_image() && !(spec.service.empty() && spec.start.empty())) {
    at.complain("a container is started by its engine, not by executor.service or start",
                "leave them out");
  }
  check_pod(node, at);
  if (spec.start.empty() && (!spec.stop.empty() || !spec.hold.empty())) {
    at.complain("executor.stop and hold want a start beside them");
  }
}

// What a node leaves out and another of its fields says: hosts, and natsctl's folder for it.
void complete(Node& node, const Source& source) {
  for (auto* address : {&node.route, &node.monitor}) {
    if (*address && address->host.empty()) address->host = node.client.host;
  }
  if (node.executor.is_pod()) {
    if (node.executor.pod.empty()) node.executor.pod = node.name;
    if (node.executor.container.empty()) node.executor.container = kUsualContainer;
  }
  if (!node.executor.dir.empty()) return;
  node.executor.dir =
      (node.executor.is_remote() ? fs::path("/var/lib/natsctl") : source.folder / "state") /
      node.name;
}

// Sets {node}, so that texts of `defaults` become this node's.
void name_it(const base::Yaml& yaml, Source& source) {
  const auto name = field_of(yaml, "name");
  source.variables.values["node"] = name.kind() == base::Yaml::Kind::scalar ? name.text() : "";
}

void want_host(const Node& node, const base::Yaml& yaml) {
  if (!node.client || !node.client.host.empty()) return;
  field_of(yaml, "client")
      .complain("an address is wanted here, this is a port only", "write it like 127.0.0.1:4222");
}

void read_node(Node& node, const base::Yaml& yaml, Source& source) {
  name_it(yaml, source);
  if (source.defaults) read_map(defaults_shape(), node, source.defaults, source);
  read_map(node_shape(), node, yaml, source);
  node.line = yaml.place().line;
  if (yaml.kind() == base::Yaml::Kind::map) {
    for (const auto& row : node_shape()) {
      if (row.need == Need::somewhere && !source.places.knows(source.where + "." + row.name)) {
        yaml.complain(fmt::format("the key '{}' is missing", row.name));
      }
    }
  }
  want_host(node, yaml);
  check_executor(node, yaml);
  complete(node, source);
  source.variables.values.erase("node");
}

void read_temp_node(TempNode& temp, const base::Yaml& yaml, Source& source) {
  name_it(yaml, source);
  // Of `defaults` a temporary node takes what says how its machine is reached. It has no config,
  // args or pid file of its own, and the members' monitoring port is often taken on the machine it
  // starts on.
  if (source.defaults) {
    Node fallback;
    read_map(defaults_shape(), fallback, source.defaults, source);
    temp.node.executor = fallback.executor;
    // The members' unit is theirs, and so is their container: C is a process of its own.
    for (auto* part : {&temp.node.executor.service,
                       &temp.node.executor.start,
                       &temp.node.executor.stop,
                       &temp.node.executor.hold,
                       &temp.node.executor.container,
                       &temp.node.executor.pod,
                       &temp.node.executor.name_space,
                       &temp.node.executor.context,
                       &temp.node.executor.kubectl})
      part->clear();
    temp.node.executor.kubeconfig.clear();
    if (temp.node.executor.runs_an_image()) temp.node.executor.type = ExecutorSpec().type;
  }
  read_map(temp_node_shape(), temp, yaml, source);
  temp.node.line = yaml.place().line;
  const auto executor = field_of(yaml, "executor");
  if (temp.node.executor.is_container()) {
    executor.complain("the temporary node is a process or a Pod, not a container",
                      "say type: process, on a machine that reaches the containers' networks");
  }
  want_host(temp.node, yaml);
  if (temp.node.executor.is_pod()) {
    complete_temporary_pod(temp.node, executor);
  } else {
    check_executor(temp.node, yaml);
  }
  complete(temp.node, source);
  source.variables.values.erase("node");
}

}  // namespace

const Shape<Node>& node_shape() {
  static const Shape<Node> shape{
      key<Node>("name",
                &Node::name,
                name_value(),
                "The server's own name, unique in the plan",
                Need::required),
      key<Node>("cluster",
                &Node::cluster,
                text_value(),
                "The cluster it is a member of, when the plan has several; default: the plan's. A "
                "leaf node server that is in none: a name of its own"),
      key<Node>("client", &Node::client, address_value(), "Where clients connect", Need::somewhere),
      key<Node>("route", &Node::route, address_value(), "Where other servers connect"),
      key<Node>("monitor",
                &Node::monitor,
                address_value(),
                "Its monitoring port; without a host: the client's; without any it is watched "
                "through the system account"),
      key<Node>("config", &Node::config, path_value(), "Its conf file"),
      key<Node>("args",
                &Node::args,
                texts_value(),
                "Arguments of the server, beside or instead of a conf file"),
      key<Node>("pid_file",
                &Node::pid_file,
                path_value(),
                "Where the server writes its pid; without it the server is found by its port"),
      key<Node>("executor", &Node::executor, executor_value(), "How natsctl reaches its machine"),
  };
  return shape;
}

const Shape<Node>& defaults_shape() {
  static const Shape<Node> shape = [] {
    Shape<Node> result;
    for (auto row : node_shape()) {
      row.need = Need::optional;
      if (row.name != "name") result.push_back(row);
    }
    return result;
  }();
  return shape;
}

const Shape<TempNode>& temp_node_shape() {
  static const Shape<TempNode> shape = [] {
    using Use = TempNode::Use;
    Shape<TempNode> result{
        key<TempNode>(
            "use",
            &TempNode::use,
            choice_value<Use>(
                {{"auto", Use::automatic}, {"always", Use::always}, {"never", Use::never}}),
            "auto decides from the forecast and says why"),
    };
    for (auto& row : lifted<TempNode>(node_shape(), &TempNode::node)) {
      if (row.name == "cluster" || row.name == "config" || row.name == "args" ||
          row.name == "pid_file")
        continue;
      if (row.name == "client" || row.name == "route") row.need = Need::required;
      if (row.name == "monitor")
        row.meaning =
            "Its monitoring port; default: the client port + 4000, or none when no member has one";
      result.push_back(std::move(row));
    }
    result.push_back(key<TempNode>(
        "like",
        &TempNode::like,
        name_value(),
        "The member whose accounts, users, permissions and TLS it takes; default: the first"));
    result.push_back(key<TempNode>("binary",
                                   &TempNode::binary,
                                   path_value(),
                                   "The server program it runs; default: the release's"));
    result.push_back(key<TempNode>("ttl",
                                   &TempNode::ttl,
                                   duration_value(),
                                   "After this time whoever finds it may remove it; default 4h"));
    return result;
  }();
  return shape;
}

Codec<Node> node_value() {
  auto codec = map_value(node_shape());
  codec.read = read_node;
  return codec;
}

Codec<TempNode> temp_node_value() {
  auto codec = map_value(temp_node_shape());
  codec.read = read_temp_node;
  return codec;
}

}  // namespace plan
