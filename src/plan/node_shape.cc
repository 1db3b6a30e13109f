#include "base/text.h"
#include "plan/plan_shape.h"

#include <fmt/format.h>

namespace plan {

namespace {

const Shape<ExecutorSpec>& executor_shape() {
  static const Shape<ExecutorSpec> shape{
      key<ExecutorSpec>("type",
                        &ExecutorSpec::type,
                        text_value(),
                        "How natsctl reaches the node's machine: process"),
      key<ExecutorSpec>(
          "dir",
          &ExecutorSpec::dir,
          path_value(),
          "natsctl's folder for the node: releases, pid record, log; default state/{node}"),
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

// The other executors of the design are words we know, and say so, rather than unknown ones.
Codec<ExecutorSpec> executor_value() {
  auto codec = map_value(executor_shape());
  codec.schema.set("properties", [&] {
    auto properties = codec.schema["properties"];
    auto type = properties["type"];
    type.set("enum", base::Json(std::vector<std::string>{"process"}));
    properties.set("type", type);
    return properties;
  }());
  const auto read = codec.read;
  codec.read = [read](ExecutorSpec& spec, const base::Yaml& yaml, Source& source) {
    const std::vector<std::string> planned = {"ssh", "systemd", "docker", "podman", "kubernetes"};
    const auto type = field_of(yaml, "type");
    const auto word = type ? type.text() : "process";
    if (word == "process") return read(spec, yaml, source);
    const bool known = std::find(planned.begin(), planned.end(), word) != planned.end();
    type.complain(known ? fmt::format("the executor '{}' is not in this release of natsctl", word)
                        : fmt::format("there is no executor '{}'", word),
                  "'process' is: servers on this machine");
  };
  return codec;
}

// What a node leaves out and another of its fields says: hosts, and natsctl's folder for it.
void complete(Node& node, const Source& source) {
  for (auto* address : {&node.route, &node.monitor}) {
    if (*address && address->host.empty()) address->host = node.client.host;
  }
  if (node.executor.dir.empty()) node.executor.dir = source.folder / "state" / node.name;
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
  }
  read_map(temp_node_shape(), temp, yaml, source);
  temp.node.line = yaml.place().line;
  want_host(temp.node, yaml);
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
      if (row.name == "config" || row.name == "args" || row.name == "pid_file") continue;
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
