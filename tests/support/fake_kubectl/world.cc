#include "tests/support/fake_kubectl/world.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "exec/proc.h"
#include "exec/process.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <fmt/core.h>

namespace fake {

namespace {

using base::Json;
namespace fs = std::filesystem;

base::FileLock locked(const fs::path& folder) {
  for (;;) {
    auto taken = base::FileLock::take(folder / "lock");
    if (taken) return *std::move(taken);
    if (taken.error().code != base::ErrorCode::refused)
      throw std::runtime_error(taken.error().what);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Json without(const Json& object, const std::string& key) {
  Json::Object fields;
  for (const auto& field : object.fields()) {
    if (field.first != key) fields.push_back(field);
  }
  return Json(fields);
}

// Json at the end of a path, replaced.
Json with(Json object, const std::vector<std::string>& path, const Json& value) {
  if (path.empty()) return value;
  object.set(path.front(),
             with(object[path.front()], {std::next(path.begin()), path.end()}, value));
  return object;
}

const Json& container_of(const Json& pod) {
  return pod["spec"]["containers"].items().front();
}

exec::ProcessId process_of(const Json& pod) {
  const auto& process = pod["process"];
  return {static_cast<int>(process["pid"].integer()), process["start"].unsigned_integer()};
}

Json status(const Json& pod, const Json& state, int restarts, const std::string& id) {
  const auto one =
      Json::object({{"name", container_of(pod)["name"]},
                    {"state", state},
                    {"restartCount", restarts},
                    {"imageID", "sha256:" + base::sha256(container_of(pod)["image"].text())},
                    {"containerID", "fake://" + id}});
  return Json(Json::Array{one});
}

bool is_named(const Json& array) {
  return !array.items().empty() && array.items().front()["name"].is_text();
}

// A server, or something that is asked and ends.
bool is_tried(const Json& pod) {
  return pod["metadata"]["labels"].find("natsctl/trial") != nullptr;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Json merged(const Json& object, const Json& change) {
  if (is_named(object) && is_named(change)) {
    auto items = object.items();
    for (const auto& one : change.items()) {
      const auto same = std::find_if(items.begin(), items.end(), [&](const Json& item) {
        return item["name"] == one["name"];
      });
      if (same == items.end()) items.push_back(one);
      if (same != items.end()) *same = merged(*same, one);
    }
    return Json(items);
  }
  if (!change.is_object()) return change;
  auto result = object.is_object() ? object : Json::object();
  for (const auto& [key, value] : change.fields()) {
    if (value.is_null()) {
      result = without(result, key);
    } else {
      result.set(key, merged(result[key], value));
    }
  }
  return result;
}

World::World(fs::path folder) : folder_(std::move(folder)), alone_(locked(folder_)) {}

fs::path World::file_of(const std::string& kind, const std::string& name) const {
  return folder_ / kind / (name + ".json");
}

std::optional<Json> World::find(const std::string& kind, const std::string& name) const {
  const auto text = base::read_file(file_of(kind, name));
  if (!text) return std::nullopt;
  return *Json::parse(*text);
}

std::vector<Json> World::all(const std::string& kind) const {
  std::vector<Json> result;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_ / kind, none))
    result.push_back(*Json::parse(*base::read_file(entry.path())));
  return result;
}

Json World::write(const std::string& kind, Json object) {
  const auto name = object["metadata"]["name"].text();
  const auto before = find(kind, name);
  const auto version = std::to_string(now()) + object.dump();
  auto meta = object["metadata"];
  if (meta["namespace"].is_null()) meta.set("namespace", "shop");
  meta.set("resourceVersion", base::sha256(version).substr(0, 12));
  if (meta["uid"].text().empty()) meta.set("uid", base::sha256(name + version).substr(0, 12));
  if (!before || !((*before)["spec"] == object["spec"]))
    meta.set("generation", meta["generation"].integer() + 1);
  object.set("metadata", meta);
  static_cast<void>(base::make_folder(folder_ / kind));
  static_cast<void>(base::write_file(file_of(kind, name), object.dump()));
  return object;
}

void World::erase(const std::string& kind, const std::string& name) {
  fs::remove(file_of(kind, name));
}

std::string World::program_of(const Json& pod) const {
  const auto images = *Json::parse(*base::read_file(folder_ / "images.json"));
  return images[container_of(pod)["image"].text()].text();
}

void World::work() {
  for (const auto& pod : all("pods"))
    look_at(pod);
  for (const auto& set : all("statefulsets"))
    work_on(set);
  for (const auto& pod : all("pods")) {
    if (pod["status"].is_null()) run(pod);
  }
}

void World::work_on(const Json& seen) {
  const auto revision = base::sha256(seen["spec"]["template"].dump()).substr(0, 10);
  auto set = with(seen, {"status", "updateRevision"}, revision);
  set = with(set, {"status", "observedGeneration"}, seen["metadata"]["generation"]);
  if (!(set == seen)) set = write("statefulsets", set);
  const auto name = set["metadata"]["name"].text();
  for (int ordinal = 0;; ++ordinal) {
    const auto own = fmt::format("{}-{}", name, ordinal);
    const auto pod = find("pods", own);
    const bool wanted = ordinal < set["spec"]["replicas"].integer();
    if (!wanted && !pod) return;
    if (!wanted && !pod->find("endsBy")) end_pod(*pod, {});
    if (!wanted || pod) continue;
    auto made = Json::object({{"apiVersion", "v1"}, {"kind", "Pod"}});
    auto meta = set["spec"]["template"]["metadata"];
    meta.set("name", own);
    meta = with(meta, {"labels", "controller-revision-hash"}, revision);
    const auto owner = Json::object({{"uid", set["metadata"]["uid"]}, {"controller", true}});
    meta.set("ownerReferences", Json(Json::Array{owner}));
    made.set("metadata", meta);
    made.set("spec", with(set["spec"]["template"]["spec"], {"nodeName"}, "machine-1"));
    write("pods", made);
  }
}

void World::look_at(Json pod) {
  const auto name = pod["metadata"]["name"].text();
  const bool leaving = pod["metadata"]["deletionTimestamp"].is_text();
  const bool alive = pod.find("process") && exec::is_alive(process_of(pod));
  if (alive && leaving && now() > pod["endsBy"].integer()) ::kill(process_of(pod).pid, SIGKILL);
  if (alive || pod["status"].is_null()) return;
  const bool runs_to_its_end = pod["spec"]["restartPolicy"].text() == "Never";
  if (leaving) {
    if (pod["metadata"]["finalizers"].items().empty()) return erase("pods", name);
    const auto& was = pod["status"]["containerStatuses"].items().front();
    if (was["state"].find("terminated")) return;
    const auto ended = Json::object({{"terminated", Json::object({{"reason", "Completed"}})}});
    const auto id = was["containerID"].text().substr(7);
    pod.set("status",
            Json::object({{"phase", "Running"}, {"containerStatuses", status(pod, ended, 0, id)}}));
    write("pods", pod);
  } else if (!runs_to_its_end && pod.find("process")) {
    run(pod);  // the kubelet starts it again
  } else if (pod.find("process") && pod["status"]["phase"].text() == "Running") {
    const auto ended = Json::object({{"terminated", Json::object({{"exitCode", 0}})}});
    pod.set("status",
            Json::object(
                {{"phase", "Succeeded"}, {"containerStatuses", status(pod, ended, 0, "ended")}}));
    write("pods", pod);
  }
}

// Where a container would see them is where the process of this machine does.
void World::mount_secrets(const Json& pod) const {
  for (const auto& volume : pod["spec"]["volumes"].items()) {
    const auto* source = volume.find("secret");
    const auto secret = source ? find("secrets", (*source)["secretName"].text()) : std::nullopt;
    if (!secret) continue;
    for (const auto& mount : container_of(pod)["volumeMounts"].items()) {
      if (mount["name"].text() != volume["name"].text()) continue;
      const fs::path file = mount["mountPath"].text();
      static_cast<void>(base::make_folder(file.parent_path()));
      static_cast<void>(base::write_file(
          file, *base::from_base64((*secret)["data"][mount["subPath"].text()].text())));
    }
  }
}

void World::run(Json pod) {
  const auto program = program_of(pod);
  const bool again = !pod["status"].is_null();
  const auto restarts =
      again ? pod["status"]["containerStatuses"].items().front()["restartCount"].integer() + 1 : 0;
  if (program.empty()) {
    const auto why = Json::object({{"reason", "ImagePullBackOff"}, {"message", "no such image"}});
    pod.set("status",
            Json::object(
                {{"phase", "Pending"},
                 {"containerStatuses", status(pod, Json::object({{"waiting", why}}), 0, "")}}));
    write("pods", pod);
    return;
  }
  std::vector<std::string> argv = {program};
  for (const auto& argument : container_of(pod)["args"].texts())
    argv.push_back(argument);
  const auto log = folder_ / "logs" / (pod["metadata"]["uid"].text() + ".log");
  static_cast<void>(base::make_folder(log.parent_path()));
  mount_secrets(pod);
  if (is_tried(pod)) {
    const auto said = exec::run_command({argv});
    static_cast<void>(base::write_file(log, said->output));
    const auto ended = Json::object({{"terminated", Json::object({{"exitCode", said->status}})}});
    pod.set("status",
            Json::object({{"phase", said->ok() ? "Succeeded" : "Failed"},
                          {"containerStatuses", status(pod, ended, 0, "x")}}));
  } else {
    const auto pid =
        exec::start_detached({.argv = argv, .log = log, .folder = folder_, .environment = {}});
    const auto id = exec::identify(*pid);
    const auto start = id ? id->start_ticks : std::uint64_t{0};
    pod.set("process", Json::object({{"pid", *pid}, {"start", start}}));
    const auto runs = Json::object({{"running", Json::object({{"startedAt", "now"}})}});
    pod.set(
        "status",
        Json::object(
            {{"phase", "Running"},
             {"containerStatuses",
              status(pod, runs, static_cast<int>(restarts), fmt::format("{}-{}", *pid, start))}}));
  }
  write("pods", pod);
}

// The kubelet's way: preStop, then TERM, and KILL after the grace period.
void World::end_pod(Json pod, const Json& grace) {
  const auto own = pod["spec"]["terminationGracePeriodSeconds"].integer(30);
  auto meta = pod["metadata"];
  meta.set("deletionTimestamp", "now");
  pod.set("metadata", meta);
  pod.set("endsBy", now() + grace.integer(own) * 1000);
  if (pod.find("process") && exec::is_alive(process_of(pod))) {
    const auto hook = container_of(pod)["lifecycle"]["preStop"]["exec"]["command"].texts();
    ::kill(process_of(pod).pid, hook.empty() ? SIGTERM : SIGUSR2);
  }
  write("pods", pod);
  look_at(*find("pods", meta["name"].text()));
}

void World::signal(const Json& pod, int number) const {
  if (pod.find("process") && exec::is_alive(process_of(pod))) ::kill(process_of(pod).pid, number);
}

std::string World::log_of(const Json& pod) const {
  const auto text = base::read_file(folder_ / "logs" / (pod["metadata"]["uid"].text() + ".log"));
  return text ? *text : "";
}

void World::end_all() {
  for (const auto& set : all("statefulsets"))
    erase("statefulsets", set["metadata"]["name"].text());
  for (const auto& pod : all("pods")) {
    if (!pod.find("process")) continue;
    const auto id = process_of(pod);
    if (exec::is_alive(id)) ::kill(id.pid, SIGKILL);
    while (exec::is_alive(id))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace fake
