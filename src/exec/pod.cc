#include "exec/pod.h"

#include "base/digest.h"
#include "base/text.h"

#include <algorithm>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Json;
using base::Result;

const Json& status_of(const Json& told, const std::string& container) {
  static const Json kNothing;
  for (const auto& status : told["status"]["containerStatuses"].items()) {
    if (status["name"].text() == container) return status;
  }
  return kNothing;
}

std::string sentence(const std::string& reason, const std::string& message) {
  return message.empty() ? reason : fmt::format("{}: {}", reason, base::trim(message));
}

// Why it does not run: what the kubelet says of the container, else of the Pod's init containers,
// else what the scheduler says.
void read_trouble(Pod& pod, const Json& status) {
  const auto& waiting = status["state"]["waiting"];
  const auto& ended = status["state"]["terminated"];
  if (!ended.is_null()) {
    pod.reason = ended["reason"].text("Terminated");
    pod.trouble = sentence(fmt::format("{}, exit code {}", pod.reason, ended["exitCode"].integer()),
                           ended["message"].text());
    return;
  }
  for (const auto& condition : pod.told["status"]["conditions"].items()) {
    if (condition["type"].text() != "PodScheduled" || condition["status"].text() == "True")
      continue;
    pod.reason = condition["reason"].text("Unschedulable");
    pod.trouble = sentence(pod.reason, condition["message"].text());
    return;
  }
  for (const auto& first : pod.told["status"]["initContainerStatuses"].items()) {
    if (first["ready"].boolean()) continue;
    const auto& state = first["state"];
    const auto& its = state["waiting"].is_null() ? state["terminated"] : state["waiting"];
    pod.reason = its["reason"].text("Init");
    pod.trouble = fmt::format(
        "its container {}: {}", first["name"].text(), sentence(pod.reason, its["message"].text()));
    return;
  }
  pod.reason = waiting["reason"].text(pod.told["status"]["reason"].text("Pending"));
  pod.trouble = sentence(pod.reason, waiting["message"].text(pod.told["status"]["message"].text()));
}

bool names_lame_duck(const Json& hook) {
  const auto words = hook["exec"]["command"].texts();
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.find("ldm") != std::string::npos || word.find("USR2") != std::string::npos;
  });
}

}  // namespace

Pod read_pod(const Json& told, const std::string& container) {
  const auto& meta = told["metadata"];
  Pod pod{.name = meta["name"].text(), .uid = meta["uid"].text(), .told = told};
  pod.image = container_in(told["spec"], container)["image"].text();
  pod.machine = told["spec"]["nodeName"].text();
  pod.address = told["status"]["podIP"].text();
  pod.revision = meta["labels"]["controller-revision-hash"].text();
  pod.leaving = meta["deletionTimestamp"].is_text();
  const auto holds = meta["finalizers"].texts();
  pod.held = std::find(holds.begin(), holds.end(), kHold) != holds.end();
  const auto& status = status_of(told, container);
  const auto& running = status["state"]["running"];
  pod.running = running.is_object();
  pod.container_id = status["containerID"].text();
  pod.since = running["startedAt"].text();
  pod.restarts = static_cast<int>(status["restartCount"].integer());
  pod.ended = !pod.running && (status["state"]["terminated"].is_object() || pod.restarts > 0);
  if (!pod.running) read_trouble(pod, status);
  return pod;
}

ProcessId process_of(const Pod& pod) {
  const auto digest = base::sha256(pod.uid + " " + pod.container_id);
  return {.pid = 1, .start_ticks = std::stoull(digest.substr(0, 15), nullptr, 16)};
}

const char* command_of(Signal signal) {
  switch (signal) {
    case Signal::lame_duck:
      return "ldm";
    case Signal::reload:
      return "reload";
    case Signal::reopen_log:
      return "reopen";
    case Signal::interrupt:
    case Signal::terminate:
    case Signal::kill:
      return "quit";
  }
  return "quit";
}

bool is_about_the_image(const Pod& pod) {
  static const std::vector<std::string> kReasons = {"ErrImagePull",
                                                    "ImagePullBackOff",
                                                    "InvalidImageName",
                                                    "ErrImageNeverPull",
                                                    "ImageInspectError",
                                                    "RegistryUnavailable"};
  return std::find(kReasons.begin(), kReasons.end(), pod.reason) != kReasons.end();
}

StatefulSet read_stateful_set(const Json& told, const std::string& container) {
  const auto& meta = told["metadata"];
  StatefulSet set{.name = meta["name"].text(), .told = told};
  set.replicas = static_cast<int>(told["spec"]["replicas"].integer(1));
  set.image = container_in(told["spec"]["template"]["spec"], container)["image"].text();
  set.revision = told["status"]["updateRevision"].text();
  set.is_observed = told["status"]["observedGeneration"].integer() >= meta["generation"].integer();
  return set;
}

std::string StatefulSet::selector() const {
  std::vector<std::string> words;
  for (const auto& [label, value] : told["spec"]["selector"]["matchLabels"].fields())
    words.push_back(label + "=" + value.text());
  return base::join(words, ",");
}

Json StatefulSet::change() const {
  return Json::object(
      {{"metadata",
        Json::object({{"resourceVersion", told["metadata"]["resourceVersion"].text()}})}});
}

std::string stateful_set_of(const std::string& pod) {
  return pod.substr(0, pod.rfind('-'));
}

int ordinal_of(const std::string& pod) {
  const auto number = base::parse_int(pod.substr(pod.rfind('-') + 1));
  return number ? static_cast<int>(*number) : 0;
}

std::string record_key(const std::string& pod) {
  return "natsctl/" + pod;
}

std::string lease_of(const std::string& pod) {
  return "natsctl-" + pod;
}

std::string expanded(std::string text, const std::map<std::string, std::string>& known) {
  for (const auto& [name, value] : known) {
    const auto reference = "$(" + name + ")";
    for (auto at = text.find(reference); at != std::string::npos;
         at = text.find(reference, at + value.size()))
      text.replace(at, reference.size(), value);
  }
  return text;
}

Result<PodRecord> read_record(const StatefulSet& set, const std::string& pod) {
  return read_record(set.told, pod);
}

Result<PodRecord> read_record(const Json& object, const std::string& pod) {
  PodRecord record;
  const auto& meta = object["metadata"];
  const auto text = meta["annotations"][record_key(pod)].text();
  if (text.empty()) return record;
  const auto json = Json::parse(text);
  if (!json)
    return base::Error(json.error())
        .in(fmt::format(
            "{} {}, annotation {}", object["kind"].text(), meta["name"].text(), record_key(pod)));
  for (const auto& [version, image] : (*json)["releases"].fields())
    record.releases[version] = image.text();
  record.active = (*json)["active"].text();
  record.previous = (*json)["previous"].text();
  return record;
}

void PodRecord::make_active(const std::string& version) {
  if (active == version) return;
  if (!active.empty()) previous = active;
  active = version;
}

Json to_json(const PodRecord& record) {
  auto releases = Json::object();
  for (const auto& [version, image] : record.releases)
    releases.set(version, image);
  return Json::object(
      {{"releases", releases}, {"active", record.active}, {"previous", record.previous}});
}

Result<Json> former_strategy(const StatefulSet& set) {
  const auto text = set.told["metadata"]["annotations"][kFormerStrategy].text();
  if (text.empty()) return Json();
  auto json = Json::parse(text);
  if (!json)
    return std::move(json).error().in(
        fmt::format("StatefulSet {}, annotation {}", set.name, kFormerStrategy));
  return json;
}

std::string release_of(const PodRecord& record, const std::string& image) {
  for (const auto& [version, staged] : record.releases) {
    if (staged == image && (version == record.active || !record.releases.contains(record.active)))
      return version;
  }
  for (const auto& [version, staged] : record.releases) {
    if (staged == image) return version;
  }
  return {};
}

bool has_lame_duck_hook(const Json& container) {
  return names_lame_duck(container["lifecycle"]["preStop"]);
}

const Json& container_in(const Json& spec, const std::string& name) {
  static const Json kNothing;
  for (const auto& container : spec["containers"].items()) {
    if (container["name"].text() == name) return container;
  }
  return kNothing;
}

}  // namespace exec
