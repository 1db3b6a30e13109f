#include "actions/by_hand.h"
#include "actions/leaders.h"
#include "actions/rows.h"
#include "base/text.h"
#include "contract/version.h"

#include <fmt/core.h>

// spread-leaders: after a rolling upgrade the member that was restarted first leads most of
// JetStream. Leads are given from the fullest to the emptiest until none has two more than another.
// It makes things better and proves nothing: what cannot be moved stays, and is no failure.
namespace actions {

namespace {

using base::ErrorCode;
using base::Result;

constexpr base::nanoseconds kElection = std::chrono::seconds(1);
constexpr int kRounds = 3;  // servers before 2.11 choose by themselves; more rounds gain little

std::map<std::string, std::vector<std::string>> by_leader(const Context& context,
                                                          const Leaderships& leaders,
                                                          const std::string& domain) {
  std::map<std::string, std::vector<std::string>> led;
  for (const auto& node : context.plan.nodes) {
    const auto* sample = leaders.seen.find(node.name);
    if (sample && watch::has_jetstream(*sample) && watch::domain_of(*sample) == domain)
      led[node.name] = leaders.led_by(node.name);
  }
  return led;
}

std::string in_words(const std::map<std::string, std::vector<std::string>>& led) {
  std::vector<std::string> words;
  for (const auto& [node, keys] : led)
    words.push_back(fmt::format("{} {}", node, keys.size()));
  return base::join(words, ", ");
}

// "placement" in a step-down is of 2.11; a server before it takes the request and chooses itself.
bool takes_a_wish(const Leaderships& leaders, const std::string& node) {
  const auto version = contract::Version::parse(leaders.seen.find(node)->varz->version);
  return version && *version >= contract::Version{.major = 2, .minor = 11, .patch = 0};
}

// One round: each that leads too much gives the surplus away. How many were moved.
int even_out(watch::JetStreamApi& api,
             const Context& context,
             const Leaderships& leaders,
             const std::string& domain) {
  auto led = by_leader(context, leaders, domain);
  std::size_t all = 0;
  for (const auto& [node, keys] : led)
    all += keys.size();
  const auto average = all / std::max<std::size_t>(led.size(), 1);
  int moved = 0;
  for (auto& [node, keys] : led) {
    for (const auto& key : std::vector<std::string>(keys)) {
      if (keys.size() <= average + 1) break;
      const auto& group = leaders.groups.at(key);
      const auto emptiest =
          std::min_element(led.begin(), led.end(), [&](const auto& a, const auto& b) {
            const bool has_a = group.copy_on(a.first) != nullptr;
            const bool has_b = group.copy_on(b.first) != nullptr;
            return has_a != has_b ? has_a : a.second.size() < b.second.size();
          });
      if (!group.copy_on(emptiest->first) || emptiest->second.size() + 1 >= keys.size()) continue;
      const auto leader = api.leader_of(group);
      if (!leader || *leader != node) continue;
      if (!api.step_down(group, takes_a_wish(leaders, node) ? emptiest->first : "")) continue;
      emptiest->second.push_back(key);
      std::erase(keys, key);
      ++moved;
    }
  }
  return moved;
}

Result<void> spread(Context& context, Leaderships leaders, const std::string& domain) {
  auto api = open_api(context, domain);
  if (!api) {
    context.say(api.error().what + "; leaders stay where they are");
    return {};
  }
  for (int round = 0; round < kRounds; ++round) {
    if (even_out(*api, context, leaders, domain) == 0) break;
    if (!context.clock.wait(kElection, context.stop))
      return base::Error(ErrorCode::cancelled, "stopped waiting for other leaders");
    leaders = look_at_leaders(context);
  }
  context.say(fmt::format("JetStream{} is led by {}",
                          domain.empty() ? "" : " of domain " + domain,
                          in_words(by_leader(context, leaders, domain))));
  return {};
}

Result<void> apply(Context& context) {
  const auto leaders = look_at_leaders(context);
  std::set<std::string> domains;
  for (const auto& [key, group] : leaders.groups)
    domains.insert(group.domain);
  for (const auto& domain : domains)
    TRY(spread(context, leaders, domain));
  return {};
}

}  // namespace

Action spread_leaders() {
  return {.name = "spread-leaders",
          .meaning = "evens out who leads JetStream's streams and consumers in natsctl's account",
          .arguments = {},
          .for_a_node = false,
          .changes = false,
          .probe = [](Context&) -> Result<Applied> { return Applied::no; },
          .apply = apply,
          .by_hand =
              [](const plan::Plan&, const playbook::Step&) {
                return Lines{"nats server report jetstream   # who leads how much",
                             "nats stream cluster step-down STREAM   # of who leads most"};
              }};
}

}  // namespace actions
