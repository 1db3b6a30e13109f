#include "actions/rows.h"
#include "actions/sending_away.h"
#include "actions/server.h"
#include "actions/spread.h"
#include "base/text.h"

#include <fmt/core.h>

// drain and rebalance: clients move while every server goes on serving. What a server is does not
// change, so there is nothing to take back when it fails.
//
// One round never evens them out: a client that is closed may land on any other server, the fullest
// too (90 clients at 61/29/0 went to 43/40/8, 39/36/16, 34/35/22, 33/34/24).
namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr double kWanted = 1.2;
constexpr int kMostRounds = 12;    // three servers took four; from there on little is gained
constexpr int kMostFruitless = 3;  // rounds that made nothing better
constexpr base::nanoseconds kSettle = std::chrono::seconds(10);  // for a round's clients to land
constexpr base::nanoseconds kLook = std::chrono::milliseconds(250);

double wanted_of(const playbook::Step& step) {
  const auto given = step.args.find("max_over_mean");
  const auto number = base::parse_float(given == step.args.end() ? "" : given->second);
  return number && *number >= 1 ? *number : kWanted;
}

Result<void> close_excess(const Context& context, const std::string& node, int count) {
  int batch = std::max(1, count / 2);
  while (count > 0) {
    const auto clients = TRY(clients_to_spread(context.watcher, node));
    if (clients.empty()) return {};
    const auto closed = TRY(close_batch(context, node, clients, std::min(batch, count)));
    count -= std::max(closed.closed, 1);
    batch = closed.next;
  }
  return {};
}

// Until as many clients are there as before.
Result<Load> settled(const Context& context, const std::string& cluster, int total) {
  const auto end = context.clock.now() + kSettle;
  for (;;) {
    auto load = clients_by_node(context.watcher, context.plan, cluster);
    if (load && spread_of(*load).total >= total) return load;
    if (context.clock.now() >= end) return load;
    if (!context.clock.wait(kLook, context.stop)) {
      return Error(ErrorCode::cancelled, "it was asked to stop");
    }
  }
}

// One round; the load after it.
Result<Load> carry_out_round(const Context& context, const std::string& cluster, const Load& load) {
  for (const auto& [node, count] : excess(load)) {
    if (auto sent = close_excess(context, node, count); !sent)
      return base::Error(sent.error()).in(node);
  }
  return settled(context, cluster, spread_of(load).total);
}

// Round after round while something is gained; why it ended is in `why`, empty: they are even.
Result<Load> even_out_in_rounds(const Context& context,
                                const std::string& cluster,
                                std::string& why) {
  const double wanted = wanted_of(context.step);
  auto load = TRY(clients_by_node(context.watcher, context.plan, cluster));
  int fruitless = 0;
  for (int round = 1;; ++round) {
    why = why_not_more_even(load, wanted);
    if (spread_of(load).max_over_mean() <= wanted || !why.empty()) return load;
    why =
        fruitless == kMostFruitless
            ? "clients come back to where they were as often as they are closed, as those do that "
              "know one server only"
            : fmt::format("{} rounds did not suffice", kMostRounds);
    if (fruitless == kMostFruitless || round > kMostRounds) return load;
    context.say(fmt::format("round {}: {}", round, in_words(load)));
    auto next = TRY(carry_out_round(context, cluster, load));
    fruitless = spread_of(next).most < spread_of(load).most ? 0 : fruitless + 1;
    load = std::move(next);
  }
}

Result<Applied> probe_even(Context& context) {
  for (const auto& cluster : context.plan.clusters()) {
    const auto load = clients_by_node(context.watcher, context.plan, cluster);
    if (!load || spread_of(*load).max_over_mean() > wanted_of(context.step)) return Applied::no;
  }
  return Applied::yes;
}

// Uneven clients are no failure of an upgrade: what cannot be had is a remark.
Result<void> even_out_cluster(Context& context, const std::string& cluster) {
  std::string why;
  const auto load = context.watcher.system()
                        ? even_out_in_rounds(context, cluster, why)
                        : Result<Load>(Error(ErrorCode::not_found,
                                             "there is no user of the system account in the plan"));
  if (!load && load.error().code == ErrorCode::cancelled) return load.error();
  const auto of = context.plan.clusters().size() > 1 ? " of " + cluster : std::string();
  if (!load) {
    context.remark(fmt::format("clients{} stay uneven: {}", of, load.error().what));
  } else if (why.empty()) {
    context.remark(fmt::format("clients{}: {}", of, in_words(*load)));
  } else {
    context.remark(fmt::format("clients{} stay uneven, {}: {}", of, in_words(*load), why));
  }
  return {};
}

Result<void> even_out(Context& context) {
  for (const auto& cluster : context.plan.clusters()) {
    if (context.plan.members_of(cluster).size() > 1 || context.plan.clusters().size() == 1)
      TRY(even_out_cluster(context, cluster));
  }
  return {};
}

Result<Applied> probe_empty(Context& context) {
  const auto clients = clients_to_move(context.watcher, context.step.node);
  return clients && clients->empty() ? Applied::yes : Applied::no;
}

Result<void> drain_node(Context& context) {
  const auto* node = TRY(node_of(context));
  const auto sent = send_clients_away(context, *node);
  if (sent.clients > 0) context.remark(sent.text());
  if (sent.left.empty()) return {};
  return Error(ErrorCode::refused, fmt::format("{} still has clients: {}", node->name, sent.left));
}

}  // namespace

Action drain_clients() {
  return {
      .name = "drain",
      .meaning =
          "sends the server's clients to the others while it goes on serving; needs the "
          "system account and 2.10",
      .arguments = {},
      .for_a_node = true,
      .moves = true,
      .probe = probe_empty,
      .apply = drain_node,
      .by_hand = [](const plan::Plan&, const playbook::Step& step) {
        return std::vector<std::string>{fmt::format(
            "nats --context $SYSTEM server request kick CID ID   # each client of {}", step.node)};
      }};
}

Action rebalance() {
  return {.name = "rebalance",
          .meaning =
              "evens clients out in rounds, until the fullest member holds at most "
              "`max_over_mean` times the mean (1.2), or says why it cannot",
          .arguments = {"max_over_mean"},
          .for_a_node = false,
          .moves = true,
          .probe = probe_even,
          .apply = even_out,
          .by_hand = [](const plan::Plan&, const playbook::Step&) {
            return std::vector<std::string>{
                "nats --context $SYSTEM server cluster balance   # more than once"};
          }};
}

}  // namespace actions
