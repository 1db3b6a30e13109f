#include "actions/by_hand.h"
#include "actions/rows.h"
#include "actions/server.h"

// stop-node: the server ends, by INT, or TERM, or KILL. Its exit code says nothing: TERM gives 1 up
// to 2.10 and 0 later; and TERM is ignored by a lame duck, INT is not.
namespace actions {

namespace {

base::Result<Applied> probe(Context& context) {
  const auto* node = TRY(node_of(context));
  auto* executor = TRY(executor_of(context, node->name));
  const auto facts = TRY(executor->facts());
  return facts.running ? Applied::no : Applied::yes;
}

base::Result<void> apply(Context& context) {
  const auto* node = TRY(node_of(context));
  TRY(adopt(context, *node));
  const auto server = verified_server(context, *node);
  if (!server && server.error().code == base::ErrorCode::not_found) return {};
  if (!server) return server.error();
  return stop_for_certain(context, *node, server->id);
}

std::vector<std::string> by_hand(const plan::Plan& plan, const playbook::Step& step) {
  const auto* node = node_by_hand(plan, step);
  if (!node) return {};
  return {kill_by_hand(*node, "INT") + "   # nothing to do when it has ended already"};
}

}  // namespace

Action stop_node() {
  return {.name = "stop-node",
          .meaning = "stops the server if it still runs",
          .arguments = {},
          .for_a_node = true,
          .changes = true,
          .probe = probe,
          .apply = apply,
          .by_hand = by_hand};
}

}  // namespace actions
