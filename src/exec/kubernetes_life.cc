// KubernetesExecutor's verbs about the server's life: it ends by its Pod being deleted, and comes
// back as the next Pod of that name.
#include "exec/kubernetes_executor.h"
#include "exec/pod_patience.h"
#include "exec/reachable.h"

#include <thread>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr base::nanoseconds kLook = std::chrono::milliseconds(300);
constexpr base::nanoseconds kControllerPatience = std::chrono::minutes(1);
constexpr std::chrono::seconds kHurry(1);  // the least grace that ends a process by force
constexpr base::nanoseconds kBetweenLooks = std::chrono::milliseconds(20);
constexpr int kLastLines = 15;
constexpr int kEndTries = 20;  // a kubelet tells of a Pod that ends several times a second

}  // namespace

// By the Pod's own list, since others may have finalizers there, too; again when its status changed
// meanwhile.
Result<void> KubernetesExecutor::hold(const Pod& pod, bool on) {
  auto seen = pod;
  for (int left = kEndTries;; --left) {
    if (seen.held == on) return {};
    auto holds = seen.told["metadata"]["finalizers"].texts();
    if (on) holds.emplace_back(kHold);
    if (!on) std::erase(holds, kHold);
    const auto meta =
        Json::object({{"uid", seen.uid},
                      {"resourceVersion", seen.told["metadata"]["resourceVersion"].text()},
                      {"finalizers", Json(holds)}});
    const auto changed = kubectl_.patch("pod", pod_, Json::object({{"metadata", meta}}));
    if (changed) return {};
    const auto code = changed.error().code;
    if ((code != ErrorCode::protocol && code != ErrorCode::not_found) || left == 0)
      return Error(changed.error()).in(node_.name);
    const auto now = TRY(this->pod());
    if (now && now->uid == pod.uid) {
      seen = *now;
      continue;
    }
    if (!on) return {};
    return Error(ErrorCode::not_found,
                 fmt::format("{}: Pod {} is another one now", node_.name, pod_));
  }
}

Result<void> KubernetesExecutor::tell_server(const Pod& pod, Signal signal) {
  const auto process = node_.pid_file.empty() ? std::string("1") : node_.pid_file.string();
  const auto told = kubectl_.ask({"exec",
                                  pod.name,
                                  "-c",
                                  container_,
                                  "--",
                                  "nats-server",
                                  "--signal",
                                  fmt::format("{}={}", command_of(signal), process)});
  if (!told) return Error(told.error()).in(fmt::format("{}: Pod {}", node_.name, pod.name));
  return {};
}

// A lame duck ignores the TERM that follows, once it has begun: it leaves its client port first.
Result<void> KubernetesExecutor::begin_lame_duck(const Pod& pod) {
  TRY(tell_server(pod, Signal::lame_duck));
  for (base::nanoseconds waited{}; waited < kHurry && is_reachable(node_.client);
       waited += kBetweenLooks)
    std::this_thread::sleep_for(kBetweenLooks);
  return {};
}

// A TERM before the lame duck would cut clients off, and a server that has ended before its Pod is
// deleted is started again by the kubelet, with the old program. One without clients ends as soon
// as its lame duck begins; so there is one client, which says nothing, and the Pod is deleted
// within lame_duck_grace_period. Was it started again all the same, because the API server was away
// just then, that server gets its lame duck, too. Source: nats-server server/server.go,
// lameDuckMode
// ("If there is no client", then the grace period); a client that has not logged in counts for as
// long as the server waits for that (server/const.go: AUTH_TIMEOUT, two seconds).
Result<void> KubernetesExecutor::drain_without_hook(const Pod& held) {
  std::optional<Caller> caller;
  std::optional<ProcessId> drained;
  auto seen = held;
  for (int left = kEndTries;; --left) {
    if (seen.running && drained != process_of(seen)) {
      caller.emplace(node_.client);
      TRY(begin_lame_duck(seen));
      drained = process_of(seen);
    }
    if (seen.leaving) return {};
    const auto removed = kubectl_.remove_unchanged(seen.told);
    if (removed) return {};
    if (removed.error().code != ErrorCode::protocol || left == 0)
      return Error(removed.error()).in(node_.name);
    const auto now = TRY(pod());
    if (!now || now->uid != held.uid) return {};
    seen = *now;
  }
}

Result<void> KubernetesExecutor::signal(Signal signal, const ProcessId& expected) {
  const auto found = TRY(pod());
  if (!found || !found->running || process_of(*found) != expected) {
    return Error(
        ErrorCode::not_found,
        fmt::format(
            "{}: the server of Pod {} does not run any more, or is another one", node_.name, pod_));
  }
  if (!ends(signal)) return tell_server(*found, signal);
  TRY(keep_output());
  TRY(hold(*found, true));
  const bool own_hook = has_lame_duck_hook(container_in(found->told["spec"], container_));
  if (signal == Signal::lame_duck && !own_hook) {
    const auto held = TRY(pod());
    return held && held->uid == found->uid ? drain_without_hook(*held) : Result<void>();
  }
  if (signal == Signal::lame_duck)
    return found->leaving ? Result<void>() : kubectl_.remove(found->told);
  TRY(kubectl_.remove(found->told, signal == Signal::kill ? std::optional(kHurry) : std::nullopt));
  // A lame duck that is under way, or begins now, is cut short. Where that is not allowed, or the
  // server does not hear it, the grace period ends it.
  static_cast<void>(tell_server(*found, signal));
  return {};
}

Error KubernetesExecutor::start_trouble(const Pod& pod) {
  const auto lines = pod.ended ? last_output(kLastLines) : std::string();
  return {ErrorCode::io,
          fmt::format("{}: Pod {} does not start: {}{}",
                      node_.name,
                      pod_,
                      pod.trouble,
                      lines.empty() ? "" : "; its last lines:\n" + lines)};
}

// The Pod that is there, if any, goes; true when the next one is to be waited for, false when it is
// the next one already.
Result<bool> KubernetesExecutor::make_way(const std::optional<Pod>& found,
                                          const std::string& image) {
  if (!found) return true;
  if (found->leaving) {
    if (!found->running) TRY(hold(*found, false));
    return true;
  }
  if (found->image == image) return false;
  TRY(kubectl_.remove(found->told));
  return true;
}

// A controller that has not seen the template yet would make a Pod of the one before.
Result<void> KubernetesExecutor::prepare_the_next(const std::string& image) {
  TRY(put_into_template(image));
  auto seen = TRY(set());
  for (base::nanoseconds waited{}; !seen.is_observed; waited += kLook) {
    if (waited >= kControllerPatience) {
      return Error(ErrorCode::timeout,
                   fmt::format("{}: the controller of StatefulSet {} does not look at it (is "
                               "kube-controller-manager well?)",
                               node_.name,
                               seen.name));
    }
    std::this_thread::sleep_for(kLook);
    seen = TRY(set());
  }
  if (seen.replicas > ordinal_of(pod_)) return {};
  if (seen.replicas < ordinal_of(pod_)) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: StatefulSet {} was scaled to {}, and has no Pod {}",
                             node_.name,
                             seen.name,
                             seen.replicas,
                             pod_));
  }
  // Somebody scaled it down by this one.
  auto wanted = seen.change();
  wanted.set("spec", Json::object({{"replicas", ordinal_of(pod_) + 1}}));
  const auto scaled = kubectl_.patch("statefulset", seen.name, wanted);
  if (!scaled && scaled.error().code != ErrorCode::protocol) return scaled.error();
  return {};
}

Result<ProcessId> KubernetesExecutor::start(const StartSpec&) {
  const auto seen = TRY(set());
  const auto record = TRY(read_record(seen, pod_));
  const auto staged = record.releases.find(record.active);
  if (staged == record.releases.end())
    return Error(ErrorCode::not_found, node_.name + ": no release is active");
  const auto& image = staged->second;
  const auto found = TRY(pod());
  // A new server that fails is started over and over by the kubelet, and may be up for a moment
  // while the old one is wanted again.
  const bool is_failing = found && found->image != image && found->restarts > 0;
  if (found && found->running && !found->leaving && !is_failing)
    return Error(ErrorCode::refused, fmt::format("{}: Pod {} runs already", node_.name, pod_));
  TRY(prepare_the_next(image));
  // What has failed before has a long time to wait until the kubelet tries again.
  if (found && !found->leaving && found->ended) TRY(kubectl_.remove(found->told));
  return wait_for_the_next(image);
}

Result<ProcessId> KubernetesExecutor::wait_for_the_next(const std::string& image) {
  PodPatience patience;
  for (;;) {
    const auto found = TRY(pod());
    const bool is_next = !TRY(make_way(found, image));
    if (is_next && found->running) return process_of(*found);
    if (is_next && patience.is_over(*found)) return start_trouble(*found);
    if (!is_next) patience.again();
    if (patience.is_used_up()) {
      return Error(ErrorCode::timeout,
                   fmt::format("{}: {} after {}",
                               node_.name,
                               found ? fmt::format("Pod {} is still being deleted", pod_)
                                     : fmt::format("no Pod {} was made", pod_),
                               patience.longest()));
    }
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace exec
