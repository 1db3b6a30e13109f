#include "actions/by_hand.h"
#include "actions/rows.h"
#include "base/text.h"
#include "base/units.h"
#include "exec/process.h"
#include "gates/conditions.h"

#include <fmt/core.h>

// The actions that change nothing of the cluster themselves: check, soak, verify, run-command.
namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<Applied> never_done(Context&) {
  return Applied::no;
}

// ---- soak: a look at what was done, before more is done

Result<base::nanoseconds> soak_time(const plan::Plan& plan, const playbook::Step& step) {
  const auto given = step.args.find("for");
  if (given == step.args.end()) return plan.policy.canary.soak;
  return base::parse_duration(given->second);
}

Result<void> wait_a_while(Context& context) {
  const auto time = TRY(soak_time(context.plan, context.step));
  context.say("waiting " + base::format_duration(time) + " before the next node");
  if (!context.clock.wait(time, context.stop))
    return Error(ErrorCode::cancelled, "the wait was ended");
  return {};
}

// ---- verify: what exit code 0 promises (I11)

// A node that ran the release already was not restarted, and has its old server id.
bool was_upgraded(const Context& context, const plan::Node& node) {
  const auto before = context.before.find(node.name);
  return before == context.before.end() || before->second.version != context.plan.release.version;
}

std::vector<gates::Reading> final_readings(Context& context) {
  const auto now = context.watcher.look();
  const gates::Scene scene{context.plan,
                           context.step,
                           now,
                           context.before,
                           context.clock.now(),
                           context.temp_node_expected};
  auto readings = gates::judge({"version-is-release",
                                "mesh-full",
                                "healthz-ok",
                                "gateways-back",
                                "leafs-back",
                                "jetstream-enabled",
                                "meta-size",
                                "groups-led",
                                "groups-complete",
                                "streams-kept",
                                "consumers-kept"},
                               scene);
  for (const auto& node : context.plan.nodes) {
    if (!was_upgraded(context, node)) continue;
    auto step = context.step;
    step.node = node.name;
    const gates::Scene one{
        context.plan, step, now, context.before, context.clock.now(), context.temp_node_expected};
    for (auto& reading : gates::judge({"new-server-id"}, one))
      readings.push_back(std::move(reading));
  }
  return readings;
}

Result<void> check_all(Context& context) {
  const auto readings = final_readings(context);
  if (gates::all_green(readings)) return {};
  std::vector<std::string> wrong;
  for (const auto& reading : readings) {
    if (reading.verdict != gates::Verdict::green) wrong.push_back(reading.sentence());
  }
  return Error(ErrorCode::protocol, base::join(wrong, "; "));
}

std::vector<std::string> verify_by_hand(const plan::Plan& plan, const playbook::Step&) {
  Lines lines;
  for (const auto& node : plan.nodes) {
    lines.push_back(curl(node, "/varz") + "   # version " + plan.release.version);
    lines.push_back(curl(node, "/routez") +
                    fmt::format("   # {} distinct remote_id",
                                plan.members_of(plan.cluster_of(node.name)).size() - 1));
    lines.push_back(curl(node, "/healthz") + "   # {\"status\":\"ok\"}");
  }
  return lines;
}

// ---- run-command: the operator's own

constexpr base::nanoseconds kCommandPatience = std::chrono::minutes(10);

std::string command_of(const playbook::Step& step) {
  const auto given = step.args.find("command");
  return given == step.args.end() ? "" : given->second;
}

Result<void> run_it(Context& context) {
  const auto text = command_of(context.step);
  if (text.empty()) return Error(ErrorCode::invalid, "run-command has no `command`");
  exec::Command command{{"/bin/sh", "-c", text}, kCommandPatience};
  command.environment = {{"NATSCTL_NODE", context.step.node}, {"NATSCTL_RUN", context.run_id}};
  const auto outcome = TRY(exec::run_command(command));
  if (outcome.ok()) return {};
  return Error(
      ErrorCode::io,
      fmt::format(
          "`{}` ended with status {}: {}", text, outcome.status, base::trim(outcome.output)));
}

}  // namespace

Action check() {
  return {.name = "check",
          .meaning = "does nothing itself: its gate is the check",
          .arguments = {},
          .for_a_node = false,
          .changes = false,
          .probe = never_done,
          .apply = [](Context&) { return Result<void>(); },
          .by_hand =
              [](const plan::Plan& plan, const playbook::Step&) {
                Lines lines;
                for (const auto& node : plan.nodes)
                  lines.push_back(curl(node, "/healthz") + "   # {\"status\":\"ok\"}");
                return lines;
              }};
}

Action soak() {
  return {.name = "soak",
          .meaning = "waits, so that what was changed is seen at work; `for` says how long",
          .arguments = {"for"},
          .for_a_node = false,
          .changes = false,
          .probe = never_done,
          .apply = wait_a_while,
          .by_hand = [](const plan::Plan& plan, const playbook::Step& step) {
            const auto time = soak_time(plan, step);
            const auto seconds =
                std::chrono::ceil<std::chrono::seconds>(time ? *time : base::nanoseconds{});
            return Lines{fmt::format("sleep {}", seconds.count())};
          }};
}

Action verify() {
  return {.name = "verify",
          .meaning =
              "every member runs the release, was started anew, is healthy, and has a route to "
              "every other; JetStream has its servers and all that it held",
          .arguments = {},
          .for_a_node = false,
          .changes = false,
          .probe = never_done,
          .apply = check_all,
          .by_hand = verify_by_hand};
}

Action run_command() {
  return {
      .name = "run-command",
      .meaning = "runs a shell command on this machine, with the node's name in NATSCTL_NODE",
      .arguments = {"command"},
      .for_a_node = false,
      .changes = true,
      .probe = never_done,
      .apply = run_it,
      .by_hand = [](const plan::Plan&, const playbook::Step& step) {
        return Lines{"NATSCTL_NODE=" + quoted(step.node) + " sh -c " + quoted(command_of(step))};
      }};
}

}  // namespace actions
