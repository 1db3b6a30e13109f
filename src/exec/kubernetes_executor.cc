#include "exec/kubernetes_executor.h"

#include "base/files.h"
#include "base/text.h"
#include "exec/lease.h"
#include "exec/pod_audit.h"
#include "exec/reachable.h"
#include "exec/trial_pod.h"

#include <thread>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr int kAnswerTries =
    20;  // others who change the StatefulSet: three nodes that are staged at once
constexpr base::nanoseconds kBetweenAnswers = std::chrono::milliseconds(50);
constexpr const char* kLastOutput = "last-output";
constexpr base::nanoseconds kOutputPatience = std::chrono::seconds(5);

// Asked for output that it has dropped, a kubelet says so where the output would be. Source:
// kubernetes pkg/kubelet/kuberuntime/kuberuntime_container.go, GetContainerLogs
bool is_dropped(const std::string& output) {
  return output.find("unable to retrieve container logs for") != std::string::npos ||
         output.starts_with("rpc error:");
}

}  // namespace

KubernetesExecutor::KubernetesExecutor(const plan::Node& node)
    : node_(node),
      dir_(node.executor.dir),
      pod_(node.executor.pod),
      container_(node.executor.container),
      kubectl_(node.executor) {}

Result<StatefulSet> KubernetesExecutor::set() {
  const auto name = stateful_set_of(pod_);
  auto told = kubectl_.get("statefulset", name);
  if (!told && told.error().code == ErrorCode::not_found) {
    return std::move(told).error().in(
        fmt::format("{}: no StatefulSet {} in {}", node_.name, name, kubectl_.place()));
  }
  if (!told) return std::move(told).error().in(node_.name);
  auto found = read_stateful_set(*told, container_);
  if (!found.image.empty()) return found;
  return Error(ErrorCode::not_found,
               fmt::format("{}: the Pods of StatefulSet {} have no container {}: name the server's "
                           "in executor.container",
                           node_.name,
                           name,
                           container_));
}

Result<std::optional<Pod>> KubernetesExecutor::pod() {
  auto told = kubectl_.get("pod", pod_);
  if (told) return std::optional(read_pod(*told, container_));
  if (told.error().code == ErrorCode::not_found) return std::optional<Pod>();
  return std::move(told).error().in(node_.name);
}

Result<std::vector<Pod>> KubernetesExecutor::pods_of(const StatefulSet& set) {
  const auto all = TRY(kubectl_.list("pods", set.selector()));
  std::vector<Pod> result;
  for (const auto& told : all["items"].items()) {
    const auto& owners = told["metadata"]["ownerReferences"].items();
    const bool own = std::any_of(owners.begin(), owners.end(), [&](const Json& owner) {
      return owner["uid"].text() == set.told["metadata"]["uid"].text();
    });
    if (own) result.push_back(read_pod(told, container_));
  }
  return result;
}

Result<void> KubernetesExecutor::change_set(
    const std::function<Result<Json>(const StatefulSet& set)>& change) {
  for (int left = kAnswerTries;; --left) {
    const auto seen = TRY(set());
    const auto wanted = TRY(change(seen));
    if (wanted.is_null()) return {};
    const auto changed = kubectl_.patch("statefulset", seen.name, wanted, "strategic");
    if (changed) return {};
    if (changed.error().code != ErrorCode::protocol || left == 0)
      return Error(changed.error()).in(fmt::format("{}: StatefulSet {}", node_.name, seen.name));
    std::this_thread::sleep_for(kBetweenAnswers);
  }
}

Result<void> KubernetesExecutor::write_record(
    const std::function<void(PodRecord& record)>& change) {
  return change_set([&](const StatefulSet& seen) -> Result<Json> {
    const auto before = TRY(read_record(seen, pod_));
    auto record = before;
    change(record);
    if (record == before) return Json();
    auto wanted = seen.change();
    auto meta = wanted["metadata"];
    meta.set("annotations", Json::object({{record_key(pod_), to_json(record).dump()}}));
    wanted.set("metadata", meta);
    return wanted;
  });
}

Result<Facts> KubernetesExecutor::facts() {
  const auto seen = TRY(set());
  const auto record = TRY(read_record(seen, pod_));
  const auto found = TRY(pod());
  Facts facts;
  facts.os = "linux";
  TRY(base::make_folder(dir_));
  facts.free_bytes = TRY(base::free_space(dir_));
  facts.active_release = record.active;
  for (const auto& [version, image] : record.releases)
    facts.releases.push_back(version);
  facts.about = in_words(seen, found, kubectl_.place());
  if (!found || !found->running) return facts;
  RunningServer server{.id = process_of(*found),
                       .binary = kImage + found->image,
                       .command = container_in(found->told["spec"], container_)["args"].texts(),
                       .listens = reachable_ports(node_),
                       .release = {}};
  if (!record.active.empty()) server.release = release_of(record, found->image);
  facts.running = std::move(server);
  return facts;
}

Result<void> KubernetesExecutor::adopt(const std::string& running_version) {
  const auto found = TRY(pod());
  if (!found || !found->running) return {};
  return write_record([&](PodRecord& record) {
    if (!release_of(record, found->image).empty() && !record.active.empty()) return;
    record.releases[running_version] = found->image;
    if (record.active != running_version) record.previous = record.active;
    record.active = running_version;
  });
}

// Both at once: never has a Pod the new image in its template while another strategy than OnDelete
// could make it anew by itself.
Result<void> KubernetesExecutor::put_into_template(const std::string& image) {
  return change_set([&](const StatefulSet& seen) -> Result<Json> {
    const auto former = TRY(former_strategy(seen));
    const auto& strategy = seen.told["spec"]["updateStrategy"];
    const bool is_ours = !former.is_null() && strategy["type"].text() == "OnDelete";
    if (is_ours && seen.image == image) return Json();
    auto wanted = seen.change();
    if (former.is_null()) {
      auto meta = wanted["metadata"];
      meta.set("annotations", Json::object({{kFormerStrategy, strategy.dump()}}));
      wanted.set("metadata", meta);
    }
    const auto container = Json::object({{"name", container_}, {"image", image}});
    const auto pods = Json::object({{"containers", Json(Json::Array{container})}});
    wanted.set("spec",
               Json::object({{"updateStrategy",
                              Json::object({{"type", "OnDelete"}, {"rollingUpdate", nullptr}})},
                             {"template", Json::object({{"spec", pods}})}}));
    return wanted;
  });
}

Result<void> KubernetesExecutor::make_active(const std::string& version) {
  const auto seen = TRY(set());
  const auto record = TRY(read_record(seen, pod_));
  return put_into_template(record.releases.at(version));
}

Result<void> KubernetesExecutor::activate(const std::string& version) {
  TRY(program(version));
  TRY(make_active(version));
  return write_record([&](PodRecord& record) { record.make_active(version); });
}

Result<void> KubernetesExecutor::revert() {
  const auto seen = TRY(set());
  const auto record = TRY(read_record(seen, pod_));
  if (record.previous.empty()) {
    return Error(ErrorCode::not_found,
                 node_.name + ": no release was active before the present one");
  }
  TRY(program(record.previous));
  TRY(make_active(record.previous));
  return write_record([](PodRecord& own) { own.active = own.previous; });
}

Result<plan::fs::path> KubernetesExecutor::program(const std::string& version) {
  const auto seen = TRY(set());
  const auto record = TRY(read_record(seen, pod_));
  const auto staged = record.releases.find(version);
  if (staged != record.releases.end()) return plan::fs::path(kImage + staged->second);
  return Error(ErrorCode::not_found,
               fmt::format("{}: release {} is not staged", node_.name, version));
}

Result<bool> KubernetesExecutor::runs(const ProcessId& id) {
  const auto found = TRY(pod());
  return found && found->running && process_of(*found) == id;
}

std::string KubernetesExecutor::last_output(int lines) {
  for (const auto* which : {"--previous=false", "--previous=true"}) {
    const auto text =
        kubectl_.ask({"logs", pod_, "-c", container_, fmt::format("--tail={}", lines), which});
    if (text && !base::trim(*text).empty() && !is_dropped(*text))
      return std::string(base::trim(*text));
  }
  const auto kept = base::read_file(dir_ / kLastOutput);
  if (!kept) return {};
  const auto all = base::split(base::trim(*kept), '\n');
  const auto from = all.size() - std::min(all.size(), static_cast<std::size_t>(lines));
  return base::join({all.begin() + static_cast<std::ptrdiff_t>(from), all.end()}, "\n");
}

// A kubelet drops what a deleted Pod wrote as soon as it has ended, so it is read from before. This
// ends with the container. A server that writes elsewhere keeps nobody waiting for long.
Result<void> KubernetesExecutor::keep_output() const {
  TRY(base::make_folder(dir_));
  const auto file = dir_ / kLastOutput;
  TRY(base::write_file(file, ""));
  auto follow = kubectl_.words({"logs", pod_, "-c", container_, "--tail=50", "-f"});
  follow.insert(follow.begin(), "/usr/bin/env");
  TRY(start_detached({.argv = follow, .log = file, .folder = {}, .environment = {}}));
  std::error_code none;
  for (base::nanoseconds waited{}; waited < kOutputPatience && plan::fs::file_size(file, none) == 0;
       waited += kBetweenAnswers)
    std::this_thread::sleep_for(kBetweenAnswers);
  return {};
}

std::vector<std::string> KubernetesExecutor::left_to_people() {
  const auto seen = set();
  if (!seen) return {};
  const auto pods = pods_of(*seen);
  const bool all = pods && std::all_of(pods->begin(), pods->end(), [&](const Pod& one) {
                     return one.image == seen->image;
                   });
  if (!all) return {};
  return {source_to_change(*seen)};
}

Result<void> KubernetesExecutor::forget() {
  const auto found = TRY(pod());
  if (found && found->running) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: its server still runs, in Pod {}", node_.name, pod_));
  }
  TRY(change_set([&](const StatefulSet& seen) -> Result<Json> {
    if (seen.told["metadata"]["annotations"].find(record_key(pod_)) == nullptr) return Json();
    auto wanted = seen.change();
    auto meta = wanted["metadata"];
    meta.set("annotations", Json::object({{record_key(pod_), nullptr}}));
    wanted.set("metadata", meta);
    return wanted;
  }));
  TRY(remove_lease(kubectl_, lease_of(pod_)));
  if (found && found->held) TRY(hold(*found, false));
  base::remove_abandoned(dir_);
  TRY(remove_file(dir_ / kLastOutput));
  std::error_code not_empty;
  plan::fs::remove(dir_, not_empty);
  return {};
}

// Only when nothing is left for another strategy to do.
Result<void> KubernetesExecutor::give_strategy_back() {
  return change_set([&](const StatefulSet& seen) -> Result<Json> {
    const auto former = TRY(former_strategy(seen));
    if (former.is_null() || !seen.is_observed) return Json();
    const auto pods = TRY(pods_of(seen));
    const bool whole = static_cast<int>(pods.size()) == seen.replicas &&
                       std::all_of(pods.begin(), pods.end(), [&](const Pod& one) {
                         return one.revision == seen.revision && !one.leaving;
                       });
    if (!whole) return Json();
    auto wanted = seen.change();
    auto meta = wanted["metadata"];
    meta.set("annotations", Json::object({{kFormerStrategy, nullptr}}));
    wanted.set("metadata", meta);
    wanted.set("spec", Json::object({{"updateStrategy", former}}));
    return wanted;
  });
}

}  // namespace exec
