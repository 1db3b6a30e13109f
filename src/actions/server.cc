#include "actions/server.h"

#include "actions/conf_digest.h"
#include "base/text.h"
#include "gates/server_conf.h"
#include "plan/server_drain.h"
#include "watch/observe.h"

#include <fmt/core.h>

namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr base::nanoseconds kLook = std::chrono::milliseconds(200);
constexpr base::nanoseconds kStartPatience = std::chrono::seconds(20);  // until monitoring answers
constexpr base::nanoseconds kSignalPatience =
    std::chrono::seconds(10);  // INT ends a busy server in about one
constexpr int kLastLines = 15;

}  // namespace

Result<const plan::Node*> node_of(const Context& context) {
  const auto* node = context.plan.find(context.step.node);
  if (!node) {
    return Error(
        ErrorCode::invalid,
        fmt::format("step {}: the plan has no node '{}'", context.step.id, context.step.node));
  }
  return node;
}

Result<exec::Executor*> executor_of(const Context& context, const std::string& node) {
  const auto at = context.executors.find(node);
  if (at == context.executors.end()) {
    return Error(ErrorCode::not_found, node + ": there is no way to reach its machine");
  }
  return at->second.get();
}

Result<exec::RunningServer> verified_server(Context& context, const plan::Node& node) {
  auto* executor = TRY(executor_of(context, node.name));
  const auto facts = TRY(executor->facts());
  if (!facts.running) return Error(ErrorCode::not_found, node.name + ": no server runs");
  const auto& running = *facts.running;
  const bool in_our_care = !running.release.empty();
  const auto snapshot = context.watcher.look();
  const auto* sample = snapshot.find(node.name);
  if (!sample || !sample->varz) {
    if (in_our_care) return running;
    return Error(
        ErrorCode::refused,
        fmt::format(
            "{}: process {} is not known to be this server: its monitoring does not answer ({})",
            node.name,
            running.id.pid,
            sample ? sample->trouble : "not watched"));
  }
  // On the way back whatever it says: a release that came up as another server must be stopped
  // again.
  if (in_our_care && context.step.id.starts_with("recover/")) return running;
  const auto wrong = watch::mismatch(context.plan, node, *sample->varz);
  if (!wrong.empty()) return Error(ErrorCode::refused, node.name + ": " + wrong);
  const auto& ports = running.listens;
  const bool listens = std::find(ports.begin(), ports.end(), node.client.port) != ports.end();
  if (!listens && !in_our_care) {
    return Error(
        ErrorCode::refused,
        fmt::format(
            "{}: process {} does not listen on {}", node.name, running.id.pid, node.client.text()));
  }
  const auto before = context.before.find(node.name);
  const bool known =
      before != context.before.end() && before->second.server_id == sample->varz->server_id;
  if (!known && !in_our_care) {
    return Error(ErrorCode::refused,
                 node.name +
                     ": its server id is another than when the run looked at it; "
                     "somebody restarted it meanwhile");
  }
  return running;
}

Result<void> wait_for_exit(Context& context,
                           const plan::Node& node,
                           const exec::ProcessId& id,
                           base::nanoseconds patience) {
  auto* executor = TRY(executor_of(context, node.name));
  const auto begun = context.clock.now();
  std::string said;
  for (;;) {
    if (!TRY(executor->runs(id))) return {};
    const auto snapshot = context.watcher.latest();
    const auto* sample = snapshot.find(node.name);
    auto connected = sample && sample->varz ? watch::clients_in_words(*sample)
                                            : std::string("its monitoring is silent");
    const auto waited = context.clock.now() - begun;
    if (waited >= patience) {
      return Error(ErrorCode::timeout,
                   fmt::format("{}: process {} has not ended after {}; still there: {}",
                               node.name,
                               id.pid,
                               base::format_duration(patience),
                               connected));
    }
    if (connected != said) {
      said = connected;
      context.say(fmt::format("waiting for {} to end: {}", node.name, connected));
    }
    if (!context.clock.wait(std::min(kLook, patience - waited), context.stop)) {
      return Error(ErrorCode::cancelled, node.name + ": stopped waiting for it to end");
    }
  }
}

Result<void> start_and_wait(Context& context, const plan::Node& node) {
  auto* executor = TRY(executor_of(context, node.name));
  const auto id = TRY(executor->start({server_args(node)}));
  context.say(fmt::format("{} started, process {}", node.name, id.pid));
  context.watcher.add(node);
  const auto begun = context.clock.now();
  for (;;) {
    const auto snapshot = context.watcher.look();
    const auto* sample = snapshot.find(node.name);
    if (!TRY(executor->runs(id))) {
      const auto lines = executor->last_output(kLastLines);
      return Error(ErrorCode::io,
                   fmt::format("{}: the server ended after its start{}",
                               node.name,
                               lines.empty() ? "" : "; its last lines:\n" + lines));
    }
    if (sample && sample->varz) {
      const auto other = other_conf(*executor, node, *sample->varz);
      return other.empty() ? Result<void>()
                           : Error(ErrorCode::refused, fmt::format("{}: {}", node.name, other));
    }
    if (context.clock.now() - begun >= kStartPatience) return {};
    if (!context.clock.wait(kLook, context.stop)) {
      return Error(ErrorCode::cancelled, node.name + ": stopped waiting for it to answer");
    }
  }
}

Result<void> stop_for_certain(Context& context, const plan::Node& node, const exec::ProcessId& id) {
  auto* executor = TRY(executor_of(context, node.name));
  for (const auto signal : {exec::Signal::interrupt, exec::Signal::terminate, exec::Signal::kill}) {
    if (!TRY(executor->runs(id))) return {};
    if (auto sent = executor->signal(signal, id); !sent) {
      if (sent.error().code == ErrorCode::not_found) return {};
      return sent;
    }
    auto ended = wait_for_exit(context, node, id, kSignalPatience);
    if (ended || ended.error().code != ErrorCode::timeout) return ended;
  }
  return Error(ErrorCode::timeout,
               fmt::format("{}: process {} survives even SIGKILL", node.name, id.pid));
}

Result<void> adopt(Context& context, const plan::Node& node) {
  auto* executor = TRY(executor_of(context, node.name));
  const auto facts = TRY(executor->facts());
  if (!facts.running || !facts.running->release.empty()) return {};
  TRY(verified_server(context, node));
  const auto snapshot = context.watcher.look();
  const auto* sample = snapshot.find(node.name);
  if (!sample || !sample->varz) {
    return Error(ErrorCode::refused, node.name + ": it runs, and does not say which version it is");
  }
  return executor->adopt(sample->varz->version);
}

std::vector<std::string> server_args(const plan::Node& node) {
  std::vector<std::string> args;
  if (!node.config.empty()) args = {"-c", node.config.string()};
  args.insert(args.end(), node.args.begin(), node.args.end());
  return args;
}

base::nanoseconds drain_limit(const plan::Plan& plan, const plan::Node& node) {
  const auto conf = gates::server_conf(node);
  const auto own = conf ? plan::drain_of(*conf) : plan::Policy::Drain();
  // Beside its duration a lame duck stops JetStream and closes what is left: 15 s are ample.
  return std::max(plan.policy.drain.duration, own.duration) + std::chrono::seconds(15);
}

}  // namespace actions
