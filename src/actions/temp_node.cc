#include "actions/by_hand.h"
#include "actions/preflight.h"
#include "actions/returning.h"
#include "actions/rows.h"
#include "actions/sending_away.h"
#include "actions/server.h"
#include "actions/temp_conf.h"
#include "actions/version_of.h"
#include "gates/server_conf.h"

#include <fmt/core.h>

// add-temp-node and remove-temp-node: a server C beside the members, so that clients have one place
// more to go.
namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<const plan::TempNode*> temp_of(const Context& context) {
  if (!context.plan.temp_node) return Error(ErrorCode::invalid, "the plan has no temporary node");
  return &*context.plan.temp_node;
}

// As it is started: with the conf that was made for it.
plan::Node as_started(const plan::TempNode& temp) {
  auto node = temp.node;
  node.config = gates::temp_conf_file(temp);
  return node;
}

Result<Applied> probe_added(Context& context) {
  const auto* temp = TRY(temp_of(context));
  auto* executor = TRY(executor_of(context, temp->node.name));
  const auto facts = TRY(executor->facts());
  if (!facts.running) return Applied::no;
  if (facts.running->release.empty()) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: {} is used by process {}, which natsctl did not start",
                             temp->node.name,
                             temp->node.client.text(),
                             facts.running->id.pid));
  }
  return Applied::yes;
}

Result<void> add(Context& context) {
  const auto* temp = TRY(temp_of(context));
  const auto node = as_started(*temp);
  if (TRY(probe_added(context)) == Applied::yes) {
    context.watcher.add(node);
    return {};
  }
  auto* executor = TRY(executor_of(context, node.name));
  const auto conf = TRY(make_temp_conf(context.plan));
  const auto release = TRY(release_of_temp(context.plan));
  TRY(executor->stage(release));
  TRY(executor->activate(release.version));
  TRY(executor->write_file(node.config, conf, true));
  return start_and_wait(context, node);
}

Result<Applied> probe_removed(Context& context) {
  const auto* temp = TRY(temp_of(context));
  auto* executor = TRY(executor_of(context, temp->node.name));
  const auto facts = TRY(executor->facts());
  if (facts.running) return Applied::no;
  return executor->read_file(gates::temp_conf_file(*temp)) ? Applied::partly : Applied::yes;
}

Result<void> drain(Context& context, const plan::Node& node) {
  auto* executor = TRY(executor_of(context, node.name));
  const auto server = verified_server(context, node);
  if (!server && server.error().code == ErrorCode::not_found) return {};
  if (!server) return server.error();
  const auto clients = clients_before(context.watcher, node.name);
  send_away_before_lame_duck(context, node);
  if (auto sent = executor->signal(exec::Signal::lame_duck, server->id); !sent) {
    return sent.error().code == ErrorCode::not_found ? Result<void>() : sent;
  }
  auto ended = wait_for_exit(context, node, server->id, drain_limit(context.plan, node));
  if (!ended && ended.error().code == ErrorCode::timeout) {
    context.say(ended.error().what + "; it is stopped now");
    ended = stop_for_certain(context, node, server->id);
  }
  if (ended) wait_for_return(context, node.name, clients);
  return ended;
}

Result<void> remove(Context& context) {
  const auto* temp = TRY(temp_of(context));
  const auto node = as_started(*temp);
  TRY(drain(context, node));
  auto* executor = TRY(executor_of(context, node.name));
  return executor->remove_file(node.config);  // it holds every user's password
}

// A person's copy of the member's conf, and what is to be changed in it.
Lines conf_by_hand(const plan::Plan& plan, const plan::Node& node) {
  const auto* like = plan.find(plan.temp_node->like);
  std::string routes;
  for (const auto* member : plan.members_of(plan.cluster_of(node.name)))
    routes += (routes.empty() ? "" : ", ") + ("nats-route://" + member->route.text());
  const bool in_pod = node.executor.is_pod();
  const auto file = quoted(in_pod ? node.config.filename().string() : node.config.string());
  const auto there = [&](const plan::Address& address) {
    return in_pod ? plan::Address{"0.0.0.0", address.port}.text() : address.text();
  };
  const auto told = [&](const char* key, const plan::Address& address) {
    return in_pod ? fmt::format(", {}: {}", key, address.text()) : std::string();
  };
  return {
      fmt::format(
          "install -m 0600 {} {}",
          quoted(like && !like->config.empty() && !in_pod ? like->config.string() : "/dev/null"),
          file),
      fmt::format("$EDITOR {}   # {}server_name: {}, listen: {}{}{}; cluster: listen: {}{}, "
                  "routes: [ {} ];",
                  file,
                  in_pod ? fmt::format("the conf of {}; ", plan.temp_node->like) : "",
                  node.name,
                  there(node.client),
                  told("client_advertise", node.client),
                  node.monitor ? ", http: " + there(node.monitor) : "",
                  there(node.route),
                  told("advertise", node.route),
                  routes),
      "              # no jetstream, store_dir, pid_file, log_file, leafnodes, websocket, mqtt; a "
      "gateway block has a listen of its own"};
}

std::vector<std::string> add_by_hand(const plan::Plan& plan, const playbook::Step&) {
  if (!plan.temp_node) return {};
  const auto node = as_started(*plan.temp_node);
  const bool in_pod = node.executor.is_pod();
  const auto release = release_of_temp(plan);
  Lines lines;
  const auto append = [&](const Lines& more) {
    lines.insert(lines.end(), more.begin(), more.end());
  };
  if (release) append(stage_by_hand(*release, node));
  if (release && !in_pod) lines.push_back(activate_by_hand(release->version, node));
  append(conf_by_hand(plan, node));
  if (in_pod && release) append(temporary_pod_by_hand(*release, node));
  if (!in_pod) lines.push_back(start_by_hand(plan, node));
  lines.push_back(curl(node, "/routez") +
                  fmt::format("   # {} distinct remote_id",
                              plan.members_of(plan.cluster_of(node.name)).size()));
  return lines;
}

std::vector<std::string> remove_by_hand(const plan::Plan& plan, const playbook::Step&) {
  if (!plan.temp_node) return {};
  const auto node = as_started(*plan.temp_node);
  if (node.executor.is_pod()) return remove_temporary_pod_by_hand(node);
  return {kill_by_hand(node, "USR2"),
          curl(node, "/connz") + "   # until the connection is refused",
          "rm -rf " + quoted(node.executor.dir.string())};
}

}  // namespace

Action add_temp_node() {
  return {
      .name = "add-temp-node",
      .meaning = "starts the temporary node with the users of a member, and routes to all of them",
      .arguments = {},
      .for_a_node = false,
      .changes = true,
      .probe = probe_added,
      .apply = add,
      .by_hand = add_by_hand};
}

Action remove_temp_node() {
  return {.name = "remove-temp-node",
          .meaning = "drains the temporary node, stops it and removes its conf",
          .arguments = {},
          .for_a_node = false,
          .changes = true,
          .probe = probe_removed,
          .apply = remove,
          .by_hand = remove_by_hand};
}

}  // namespace actions
