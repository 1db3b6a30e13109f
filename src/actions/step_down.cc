#include "actions/by_hand.h"
#include "actions/leaders.h"
#include "actions/meta_leader.h"
#include "actions/rows.h"
#include "actions/server.h"
#include "base/text.h"

#include <fmt/core.h>

// step-down: what the node leads of JetStream gets another leader before the node goes. An election
// among servers that are all there takes a moment; one that begins when a leader vanishes takes
// seconds. A lame duck gives its leads away too, all at once and while its clients leave.
//
// It is done by natsctl's own login (`access`), for the streams and consumers of that account.
// Those of other accounts are left to the lame duck, and it is said how many they are. The meta
// group comes last, through the system account (meta_leader.h). Only who leads changes, not what a
// server is, so there is nothing to take back when it fails.
namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr base::nanoseconds kLook = std::chrono::milliseconds(250);
constexpr base::nanoseconds kElection = std::chrono::seconds(2);  // until it is asked again

// Asks for each of them; gives the keys that this account has and the node leads. An error when
// nobody answers: then this login may not use JetStream's API.
Result<std::vector<std::string>> ask_all(watch::JetStreamApi& api,
                                         const Leaderships& leaders,
                                         const std::string& node) {
  std::vector<std::string> asked;
  for (const auto& key : leaders.led_by(node)) {
    const auto& group = leaders.groups.at(key);
    const auto leader = api.leader_of(group);
    if (!leader && leader.error().code == ErrorCode::not_found) continue;
    if (!leader) return leader.error();
    if (*leader != node) continue;  // another account's of that name, or moved already
    asked.push_back(key);
    // A refusal is looked at again: the group may have had no leader just then.
    static_cast<void>(api.step_down(group));
  }
  return asked;
}

// Until none of them is led by the node, or it is time to ask again.
Result<void> wait_for_others(Context& context,
                             const std::string& node,
                             const std::vector<std::string>& asked,
                             Leaderships& leaders) {
  const auto begun = context.clock.now();
  for (;;) {
    if (!context.clock.wait(kLook, context.stop))
      return Error(ErrorCode::cancelled, node + ": stopped waiting for other leaders");
    leaders = look_at_leaders(context);
    const auto led = leaders.led_by(node);
    const bool moved = std::none_of(asked.begin(), asked.end(), [&](const std::string& key) {
      return std::find(led.begin(), led.end(), key) != led.end();
    });
    if (moved || context.clock.now() - begun >= kElection) return {};
  }
}

std::string end_of(const Leaderships& leaders, const std::string& node) {
  const auto led = leaders.led_by(node);
  if (led.empty()) return node + " leads nothing of JetStream any more";
  return count_of_groups(leaders, led) + " of other accounts are left to its lame duck";
}

Result<void> give_away(Context& context, const std::string& node, Leaderships leaders) {
  const auto* sample = leaders.seen.find(node);
  auto api = open_api(context, sample ? watch::domain_of(*sample) : "", node);
  auto asked = api ? ask_all(*api, leaders, node) : Result<std::vector<std::string>>(api.error());
  if (!asked) {
    context.say(
        fmt::format("{}; what {} leads is left to its lame duck", asked.error().what, node));
    return {};
  }
  const auto begun = context.clock.now();
  const auto patience = context.plan.policy.gates.within;
  while (!asked->empty()) {
    const auto what = count_of_groups(leaders, *asked);
    context.say(fmt::format("{} leads {}, and was asked to give them to others", node, what));
    if (context.clock.now() - begun >= patience) {
      return Error(ErrorCode::timeout,
                   fmt::format("{} still leads {}, such as {}, after {}",
                               node,
                               what,
                               leaders.groups.at(asked->front()).name(),
                               base::format_duration(patience)));
    }
    TRY(wait_for_others(context, node, *asked, leaders));
    asked = TRY(ask_all(*api, leaders, node));
  }
  context.say(end_of(leaders, node));
  return {};
}

Result<void> apply(Context& context) {
  const auto* node = TRY(node_of(context));
  auto leaders = look_at_leaders(context);
  if (leaders.led_by(node->name).empty()) {
    context.say(node->name + " leads no stream that another server could");
  } else {
    TRY(give_away(context, node->name, std::move(leaders)));
  }
  return give_meta_lead_away(context, *node);
}

std::vector<std::string> by_hand(const plan::Plan& plan, const playbook::Step& step) {
  const auto* node = node_by_hand(plan, step);
  if (!node) return {};
  const auto jsz = curl(*node, "'/jsz?accounts=1&streams=1&consumers=1'");
  return {fmt::format("{} | grep -B1 '\"leader\": \"{}\"'   # what it leads", jsz, node->name),
          "nats stream cluster step-down STREAM   # each of them",
          "nats consumer cluster step-down STREAM CONSUMER",
          "nats --context $SYSTEM server cluster step-down   # when it leads the meta group"};
}

}  // namespace

Action step_down() {
  return {
      .name = "step-down",
      .meaning =
          "gives what the node leads of JetStream, in natsctl's account, to others; with a user of "
          "the system account the meta group too",
      .arguments = {},
      .for_a_node = true,
      .changes = false,
      .probe = [](Context&) -> Result<Applied> { return Applied::no; },
      .apply = apply,
      .by_hand = by_hand};
}

}  // namespace actions
