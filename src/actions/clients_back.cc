#include "actions/by_hand.h"
#include "actions/returning.h"
#include "actions/rows.h"
#include "actions/server.h"

// clients-back: the clients that lame-duck sent away are somewhere again, or are named. It comes
// when the member serves again: a client that knows that member only was waiting for it.
namespace actions {

namespace {

base::Result<Applied> probe(Context&) {
  return Applied::no;
}

base::Result<void> apply(Context& context) {
  const auto* node = TRY(node_of(context));
  if (context.sent_away == nullptr) return {};
  auto before = context.sent_away->extract(node->name);
  wait_for_return(
      context, node->name, before ? std::optional(std::move(before.mapped())) : std::nullopt);
  return {};
}

std::vector<std::string> by_hand(const plan::Plan& plan, const playbook::Step&) {
  Lines lines;
  for (const auto& node : plan.nodes)
    lines.push_back(curl(node, "/connz") + "   # every client of before is on one of them");
  return lines;
}

}  // namespace

Action clients_back() {
  return {
      .name = "clients-back",
      .meaning =
          "waits half a minute for the clients that were sent away; names who did not come back",
      .arguments = {},
      .for_a_node = true,
      .changes = false,
      .probe = probe,
      .apply = apply,
      .by_hand = by_hand};
}

}  // namespace actions
