#include "actions/by_hand.h"
#include "actions/returning.h"
#include "actions/rows.h"
#include "actions/sending_away.h"
#include "actions/server.h"

#include <fmt/core.h>

// lame-duck: the server is asked to send its clients away, a few at a time, and ends by itself when
// they are gone. A server without clients ends at once, so with an adaptive drain natsctl sends
// them away itself first (sending_away.h) and the lame duck ends an empty server. Source:
// docs.nats.io/running-a-nats-service/nats_admin/lame_duck_mode
namespace actions {

namespace {

using base::ErrorCode;

// A lame duck is seen by its process: it runs and has left its client port. Source: nats-server
// server/server.go, lameDuckMode closes the listener first.
bool is_lame(const exec::RunningServer& server, const plan::Node& node) {
  const auto& ports = server.listens;
  return std::find(ports.begin(), ports.end(), node.client.port) == ports.end();
}

base::Result<Applied> probe(Context& context) {
  const auto* node = TRY(node_of(context));
  auto* executor = TRY(executor_of(context, node->name));
  const auto facts = TRY(executor->facts());
  if (!facts.running) return Applied::yes;
  const auto before = context.before.find(node->name);
  const auto snapshot = context.watcher.look();
  const auto* sample = snapshot.find(node->name);
  const bool renewed = before != context.before.end() && sample && sample->varz &&
                       sample->varz->server_id != before->second.server_id &&
                       sample->varz->version == context.plan.release.version;
  if (renewed) return Applied::yes;  // what the cluster shows beats what the journal says
  return is_lame(*facts.running, *node) && !facts.running->release.empty() ? Applied::partly
                                                                           : Applied::no;
}

base::Result<void> apply(Context& context) {
  const auto* node = TRY(node_of(context));
  TRY(adopt(context, *node));
  auto server = verified_server(context, *node);
  if (!server && server.error().code == ErrorCode::not_found) return {};
  if (!server) return std::move(server).error();
  auto* executor = TRY(executor_of(context, node->name));
  const auto clients = clients_before(context.watcher, node->name);
  if (!is_lame(*server, *node)) {
    send_away_before_lame_duck(context, *node);
    if (auto sent = executor->signal(exec::Signal::lame_duck, server->id); !sent) {
      if (sent.error().code == ErrorCode::not_found) return {};
      return sent;
    }
    context.say(fmt::format(
        "{}: process {} was asked to send its clients away", node->name, server->id.pid));
  }
  if (clients && context.sent_away != nullptr) (*context.sent_away)[node->name] = *clients;
  return wait_for_exit(context, *node, server->id, drain_limit(context.plan, *node));
}

std::vector<std::string> by_hand(const plan::Plan& plan, const playbook::Step& step) {
  const auto* node = node_by_hand(plan, step);
  if (!node) return {};
  Lines lines;
  // A Pod that is deleted is made anew at once: by then its template has the release.
  if (node->executor.is_pod()) lines.push_back(template_by_hand(*node, plan.release.image));
  lines.push_back(kill_by_hand(*node, "USR2"));
  lines.push_back(fmt::format("{}   # until the connection is refused; at most {}",
                              curl(*node, "/connz"),
                              base::format_duration(drain_limit(plan, *node))));
  return lines;
}

}  // namespace

Action lame_duck() {
  return {.name = "lame-duck",
          .meaning = "asks the server to send its clients away and to end, and waits for that",
          .arguments = {},
          .for_a_node = true,
          .changes = true,
          .probe = probe,
          .apply = apply,
          .by_hand = by_hand};
}

}  // namespace actions
