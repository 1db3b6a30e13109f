#include "actions/meta_leader.h"

#include "base/text.h"

#include <fmt/core.h>

namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kStepDown = "$JS.API.META.LEADER.STEPDOWN";
constexpr base::nanoseconds kLook = std::chrono::milliseconds(250);
constexpr base::nanoseconds kElection = std::chrono::seconds(5);  // elections begin within 4 to 9 s

// As the members say it now; the watcher's samples of JetStream may be seconds old.
Result<std::string> meta_leader_now(const Context& context) {
  const auto snapshot = context.watcher.latest();
  std::vector<watch::ServerAnswer> answers;
  Error silence(ErrorCode::not_found, "no member answers");
  for (const auto& node : context.plan.nodes) {
    const auto* sample = snapshot.find(node.name);
    if (!sample || !sample->varz) continue;
    const auto& varz = *sample->varz;
    auto answer = context.watcher.system()->ask(varz.server_id, "JSZ", {});
    if (!answer) {
      silence = std::move(answer).error();
      continue;
    }
    answers.push_back(
        {{varz.server_id, varz.server_name, varz.cluster.name, varz.version}, *std::move(answer)});
  }
  if (answers.empty()) return silence;
  return meta_leader_of(answers);
}

// Until another member leads, or it is time to ask again. Whether another one does.
Result<bool> another_leads(const Context& context, const std::string& node) {
  const auto begun = context.clock.now();
  for (;;) {
    if (!context.clock.wait(kLook, context.stop))
      return Error(ErrorCode::cancelled, node + ": stopped waiting for another meta leader");
    const auto leader = meta_leader_now(context);
    if (leader && !leader->empty() && *leader != node) {
      context.remark(fmt::format("{} gave JetStream's meta group to {}", node, *leader));
      return true;
    }
    if (context.clock.now() - begun >= kElection) return false;
  }
}

bool leads_by_the_watcher(const Context& context, const std::string& node) {
  const auto snapshot = context.watcher.latest();
  const auto* sample = snapshot.find(node);
  return sample && sample->jetstream && sample->jetstream->jsz.meta_cluster &&
         sample->jetstream->jsz.meta_cluster->leader == node;
}

}  // namespace

std::string meta_leader_of(const std::vector<watch::ServerAnswer>& answers) {
  std::string leader;
  for (const auto& answer : answers) {
    const auto named = answer.data["meta_cluster"]["leader"].text();
    if (named.empty() || named != answer.server.name) continue;
    if (!leader.empty()) return {};
    leader = named;
  }
  return leader;
}

Result<void> give_meta_lead_away(const Context& context, const plan::Node& node) {
  auto* system = context.watcher.system();
  const auto leader =
      system ? meta_leader_now(context)
             : Result<std::string>(
                   Error(ErrorCode::not_found, "the plan names no user of the system account"));
  if (!leader) {
    if (leads_by_the_watcher(context, node.name)) {
      context.remark(
          fmt::format("that {} leads JetStream's meta group is left to its lame duck: {}",
                      node.name,
                      leader.error().what));
    }
    return {};
  }
  if (*leader != node.name) return {};
  const auto begun = context.clock.now();
  const auto patience = context.plan.policy.gates.within;
  for (;;) {
    context.say(node.name + " leads JetStream's meta group, and was asked to give it to another");
    // A refusal is looked at again: the group may have had no leader just then.
    const auto asked = system->request(kStepDown, {});
    if (TRY(another_leads(context, node.name))) return {};
    if (context.clock.now() - begun < patience) continue;
    return Error(ErrorCode::timeout,
                 fmt::format("{} still leads JetStream's meta group after {}{}",
                             node.name,
                             base::format_duration(patience),
                             asked ? "" : ": " + asked.error().what));
  }
}

}  // namespace actions
