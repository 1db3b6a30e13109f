#include "actions/by_hand.h"
#include "actions/rows.h"
#include "actions/server.h"

// start-node: the active release runs with the plan's conf and arguments.
namespace actions {

namespace {

base::Result<Applied> probe(Context& context) {
  const auto* node = TRY(node_of(context));
  auto* executor = TRY(executor_of(context, node->name));
  const auto facts = TRY(executor->facts());
  if (!facts.running) return Applied::no;
  return facts.running->release == facts.active_release ? Applied::yes : Applied::partly;
}

base::Result<void> apply(Context& context) {
  const auto* node = TRY(node_of(context));
  if (TRY(probe(context)) == Applied::yes) return {};
  TRY(start_and_wait(context, *node));
  auto* executor = TRY(executor_of(context, node->name));
  for (const auto& sentence : executor->left_to_people())
    context.remark(sentence);
  return {};
}

std::vector<std::string> by_hand(const plan::Plan& plan, const playbook::Step& step) {
  const auto* node = node_by_hand(plan, step);
  if (!node) return {};
  return {start_by_hand(plan, *node),
          curl(*node, "/varz") + "   # version " + plan.release.version,
          curl(*node, "/healthz") + "   # {\"status\":\"ok\"}"};
}

}  // namespace

Action start_node() {
  return {.name = "start-node",
          .meaning = "starts the active release with the plan's conf and arguments",
          .arguments = {},
          .for_a_node = true,
          .changes = true,
          .probe = probe,
          .apply = apply,
          .by_hand = by_hand};
}

}  // namespace actions
