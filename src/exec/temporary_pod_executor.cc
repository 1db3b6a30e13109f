#include "exec/temporary_pod_executor.h"

#include "base/base64.h"
#include "base/text.h"
#include "exec/lease.h"
#include "exec/pod_audit.h"
#include "exec/pod_patience.h"
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

constexpr base::nanoseconds kLook = std::chrono::milliseconds(300);
constexpr std::chrono::seconds kHurry(1);  // the least grace that ends a process by force
constexpr int kAnswerTries = 10;           // others who change the Secret
constexpr int kLastLines = 15;

plan::Node model_of(plan::Node node) {
  node.executor.pod = node.executor.like;
  return node;
}

}  // namespace

TemporaryPodExecutor::TemporaryPodExecutor(const plan::Node& node)
    : node_(node),
      temporary_{.name = node.executor.pod,
                 .container = node.executor.container,
                 .dir = node.executor.dir},
      kubectl_(node.executor),
      model_(model_of(node)) {}

Error TemporaryPodExecutor::trouble(const std::string& what) const {
  return {ErrorCode::refused, fmt::format("{}: Pod {}: {}", node_.name, temporary_.name, what)};
}

Result<StatefulSet> TemporaryPodExecutor::set() {
  const auto told = kubectl_.get("statefulset", stateful_set_of(node_.executor.like));
  if (!told) return Error(told.error()).in(node_.name);
  return read_stateful_set(*told, temporary_.container);
}

Result<std::optional<Json>> TemporaryPodExecutor::find(const std::string& kind) {
  auto told = kubectl_.get(kind, temporary_.name);
  if (told) return std::optional(std::move(*told));
  if (told.error().code == ErrorCode::not_found) return std::optional<Json>();
  return std::move(told).error().in(node_.name);
}

// Without a name: there is none.
Result<Pod> TemporaryPodExecutor::known_pod() {
  const auto told = TRY(find("pod"));
  return told ? read_pod(*told, temporary_.container) : Pod();
}

Result<PodRecord> TemporaryPodExecutor::record() {
  const auto secret = TRY(find("secret"));
  return secret ? read_record(*secret, temporary_.name) : PodRecord();
}

Result<void> TemporaryPodExecutor::change_secret(const std::function<void(Json& secret)>& change) {
  for (int left = kAnswerTries;; --left) {
    const auto seen = TRY(find("secret"));
    auto wanted = seen ? *seen : secret_of(TRY(set()), temporary_);
    change(wanted);
    const auto changed = seen ? kubectl_.replace(wanted) : kubectl_.create(wanted);
    if (changed) return {};
    const auto code = changed.error().code;
    if ((code != ErrorCode::protocol && code != ErrorCode::not_found) || left == 0)
      return Error(changed.error()).in(node_.name);
  }
}

Result<void> TemporaryPodExecutor::write_record(const PodRecord& record) {
  return change_secret([&](Json& secret) {
    auto meta = secret["metadata"];
    auto notes = meta["annotations"].is_null() ? Json::object() : meta["annotations"];
    notes.set(record_key(temporary_.name), to_json(record).dump());
    meta.set("annotations", notes);
    secret.set("metadata", meta);
  });
}

Result<Facts> TemporaryPodExecutor::facts() {
  const auto own = TRY(record());
  const auto pod = TRY(known_pod());
  Facts facts;
  facts.os = "linux";
  facts.active_release = own.active;
  for (const auto& [version, image] : own.releases)
    facts.releases.push_back(version);
  if (!pod.running) return facts;
  RunningServer server{
      .id = process_of(pod),
      .binary = kImage + pod.image,
      .command = container_in(pod.told["spec"], temporary_.container)["args"].texts(),
      .listens = reachable_ports(node_),
      .release = release_of(own, pod.image)};
  facts.running = std::move(server);
  return facts;
}

Result<std::vector<Concern>> TemporaryPodExecutor::audit() {
  const auto seen = TRY(set());
  std::vector<Concern> concerns;
  const auto missing = missing_rights_for_temporary(
      TRY(kubectl_.rights_in(seen.told["metadata"]["namespace"].text())));
  if (!missing.empty()) {
    concerns.push_back({fmt::format("kubectl's user may not {}", missing),
                        "examples/statefulset/rbac-temp-node.yml grants what a temporary node in a "
                        "Pod needs"});
  }
  return concerns;
}

Result<void> TemporaryPodExecutor::stage(const plan::Release& release) {
  TRY(model_.stage(release));
  auto own = TRY(record());
  own.releases[release.version] = release.image;
  return write_record(own);
}

Result<void> TemporaryPodExecutor::adopt(const std::string&) {
  return {};
}

Result<void> TemporaryPodExecutor::activate(const std::string& version) {
  TRY(program(version));
  auto own = TRY(record());
  if (own.active == version) return {};
  own.make_active(version);
  return write_record(own);
}

Result<void> TemporaryPodExecutor::revert() {
  auto own = TRY(record());
  if (own.previous.empty()) {
    return Error(ErrorCode::not_found,
                 node_.name + ": no release was active before the present one");
  }
  own.active = own.previous;
  return write_record(own);
}

Result<plan::fs::path> TemporaryPodExecutor::program(const std::string& version) {
  const auto own = TRY(record());
  const auto staged = own.releases.find(version);
  if (staged != own.releases.end()) return plan::fs::path(kImage + staged->second);
  return Error(ErrorCode::not_found,
               fmt::format("{}: release {} is not staged", node_.name, version));
}

// What ended before is not in the way.
Result<ProcessId> TemporaryPodExecutor::start(const StartSpec& spec) {
  const auto own = TRY(record());
  const auto staged = own.releases.find(own.active);
  if (staged == own.releases.end())
    return Error(ErrorCode::not_found, node_.name + ": no release is active");
  auto wanted = temporary_;
  wanted.image = staged->second;
  wanted.args = spec.args;
  const auto secret = TRY(find("secret"));
  for (const auto& [file, text] : (*secret)["data"].fields())
    wanted.files.push_back(file);
  const auto seen = TRY(set());
  PodPatience patience;
  for (auto before = TRY(known_pod()); !before.name.empty(); before = TRY(known_pod())) {
    if (before.running && !before.leaving) return trouble("it runs already");
    if (patience.is_used_up())
      return trouble("it is still being deleted after " + patience.longest());
    if (!before.leaving) TRY(kubectl_.remove(before.told));
    std::this_thread::sleep_for(kLook);
  }
  for (const auto& object : {service_of(seen, wanted), pod_of(seen, wanted)}) {
    const auto made = kubectl_.create(object);
    if (!made && made.error().code != ErrorCode::protocol)
      return Error(made.error()).in(node_.name);
  }
  return wait_until_it_runs();
}

Result<ProcessId> TemporaryPodExecutor::wait_until_it_runs() {
  PodPatience patience;
  for (;;) {
    const auto pod = TRY(known_pod());
    if (pod.running) return process_of(pod);
    if (pod.name.empty()) return trouble("somebody deleted it");
    if (patience.is_over(pod)) {
      const auto lines = pod.ended ? last_output(kLastLines) : std::string();
      return trouble(fmt::format("it does not start: {}{}",
                                 pod.trouble,
                                 lines.empty() ? "" : "; its last lines:\n" + lines));
    }
    std::this_thread::sleep_for(kLook);
  }
}

// Its server is the first process of its container: the Pod shares no processes.
Result<void> TemporaryPodExecutor::signal(Signal signal, const ProcessId& expected) {
  const auto pod = TRY(known_pod());
  if (!pod.running || process_of(pod) != expected)
    return Error(ErrorCode::not_found,
                 node_.name + ": its server does not run any more, or is another one");
  const auto told = kubectl_.ask({"exec",
                                  pod.name,
                                  "-c",
                                  temporary_.container,
                                  "--",
                                  "nats-server",
                                  "--signal",
                                  fmt::format("{}=1", command_of(signal))});
  const bool ends_softly = signal == Signal::lame_duck || !ends(signal);
  if (ends_softly) return told ? Result<void>() : Error(told.error()).in(node_.name);
  return kubectl_.remove(pod.told, signal == Signal::kill ? std::optional(kHurry) : std::nullopt);
}

Result<bool> TemporaryPodExecutor::runs(const ProcessId& id) {
  const auto pod = TRY(known_pod());
  return pod.running && process_of(pod) == id;
}

std::string TemporaryPodExecutor::last_output(int lines) {
  const auto text = kubectl_.ask(
      {"logs", temporary_.name, "-c", temporary_.container, fmt::format("--tail={}", lines)});
  return text ? std::string(base::trim(*text)) : std::string();
}

// A Pod for a moment has none of C's files.
Result<Outcome> TemporaryPodExecutor::run(const Command& command) {
  for (const auto& word : command.argv) {
    if (word.starts_with(temporary_.dir.string() + "/"))
      return trouble(word + " is nowhere but in it");
  }
  return model_.run(command);
}

Result<void> TemporaryPodExecutor::remove_all() {
  for (const auto* kind : {"pod", "service", "secret"}) {
    if (const auto found = TRY(find(kind))) TRY(kubectl_.remove(*found));
  }
  return {};
}

Result<void> TemporaryPodExecutor::forget() {
  if (TRY(known_pod()).running) return trouble("its server still runs");
  TRY(remove_all());
  return remove_lease(kubectl_, lease_of(temporary_.name));
}

Result<std::string> TemporaryPodExecutor::read_file(const plan::fs::path& file) {
  if (file.parent_path() != temporary_.dir) return model_.read_file(file);
  const auto secret = TRY(find("secret"));
  const auto text = secret ? (*secret)["data"][file.filename().string()].text() : std::string();
  if (!text.empty()) return base::from_base64(text);
  return Error(ErrorCode::not_found,
               fmt::format("{}: not in Secret {}", file.string(), temporary_.name));
}

Result<void> TemporaryPodExecutor::write_file(const plan::fs::path& file,
                                              const std::string& text,
                                              bool /*secret*/) {
  if (file.parent_path() != temporary_.dir)
    return trouble(file.string() + ": files are written to " + temporary_.dir.string() + " only");
  return change_secret([&](Json& secret) {
    auto data = secret["data"].is_null() ? Json::object() : secret["data"];
    data.set(file.filename().string(), base::to_base64(text));
    secret.set("data", data);
  });
}

Result<void> TemporaryPodExecutor::remove_file(const plan::fs::path& file) {
  const auto secret = TRY(find("secret"));
  if (!secret) return remove_all();
  auto left = Json::object();
  for (const auto& [name, text] : (*secret)["data"].fields()) {
    if (temporary_.dir / name != file) left.set(name, text);
  }
  if (left.fields().empty()) return remove_all();
  return change_secret([&](Json& seen) { seen.set("data", left); });
}

Result<std::map<std::string, std::string>> TemporaryPodExecutor::environment() {
  return model_.environment();
}

Result<std::optional<Executor::Lock>> TemporaryPodExecutor::lock() {
  return lease_lock(kubectl_, lease_of(temporary_.name));
}

Result<void> TemporaryPodExecutor::take_lock(const Lock& lock, base::WallTime now) {
  auto taken = take_lease(kubectl_, lease_of(temporary_.name), lock, now);
  if (!taken) return std::move(taken).error().in(node_.name);
  return {};
}

Result<void> TemporaryPodExecutor::release_lock(const std::string& owner) {
  const auto held = TRY(lock());
  if (!held || held->owner != owner) return {};
  return remove_lease(kubectl_, lease_of(temporary_.name));
}

}  // namespace exec
