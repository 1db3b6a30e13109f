#include "exec/container_executor.h"

#include "base/files.h"
#include "base/text.h"
#include "exec/container_audit.h"
#include "exec/container_ports.h"
#include "exec/host_facts.h"
#include "exec/listeners.h"
#include "exec/node_lock.h"

#include <thread>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr int kRemovals = 20;
constexpr base::nanoseconds kBetweenRemovals = std::chrono::milliseconds(500);
constexpr base::nanoseconds kStartPatience = std::chrono::seconds(15);  // a container takes one

std::string path_of(const std::string& container) {
  return "/containers/" + url_word(container);
}

}  // namespace

const char* signal_word(Signal signal) {
  switch (signal) {
    case Signal::interrupt:
      return "SIGINT";
    case Signal::terminate:
      return "SIGTERM";
    case Signal::kill:
      return "SIGKILL";
    case Signal::lame_duck:
      return "SIGUSR2";  // Source: docs.nats.io/running-a-nats-service/nats_admin/signals
    case Signal::reload:
      return "SIGHUP";
    case Signal::reopen_log:
      return "SIGUSR1";
  }
  return "";
}

plan::fs::path engine_socket(const plan::ExecutorSpec& spec) {
  if (!spec.socket.empty()) return spec.socket;
  return spec.type == "podman" ? "/run/podman/podman.sock" : "/var/run/docker.sock";
}

ContainerExecutor::ContainerExecutor(const plan::Node& node, std::unique_ptr<Engine> engine)
    : node_(node),
      dir_(node.executor.dir),
      name_(node.executor.container),
      engine_(std::move(engine)) {}

Result<std::optional<Container>> ContainerExecutor::find(const std::string& name) {
  auto told = engine_->get(path_of(name) + "/json");
  if (told) return std::optional(read_container(*told));
  if (told.error().code == ErrorCode::not_found) return std::optional<Container>();
  return std::move(told).error();
}

Result<Shelf> ContainerExecutor::shelf() {
  Shelf shelf;
  shelf.current = TRY(find(name_));
  shelf.fresh = TRY(find(fresh_name(name_)));
  shelf.previous = TRY(find(previous_name(name_)));
  return shelf;
}

Result<std::optional<Container>> ContainerExecutor::running() {
  for (const auto& name : {name_, previous_name(name_), fresh_name(name_)}) {
    auto found = TRY(find(name));
    if (found && found->running) return found;
  }
  return std::optional<Container>();
}

Result<Container> ContainerExecutor::container() {
  for (const auto& name : {name_, previous_name(name_)}) {
    if (auto found = TRY(find(name))) return *std::move(found);
  }
  return Error(ErrorCode::not_found,
               fmt::format("{}: there is no container {} ({} ps -a lists them)",
                           engine_socket(node_.executor).string(),
                           name_,
                           node_.executor.type));
}

Result<Facts> ContainerExecutor::facts() {
  const auto version = TRY(engine_->get("/version"));
  const auto own = TRY(container());
  const auto record = TRY(read_container_record(dir_));
  Facts facts;
  facts.os = base::lower(version["Os"].text());
  facts.arch = go_arch(version["Arch"].text());
  facts.free_bytes = TRY(base::free_space(dir_));
  facts.active_release = record.active;
  facts.about = in_words(own, node_.executor.type + " " + version["Version"].text());
  for (const auto& [release, staged] : record.releases) {
    const auto there = image(staged.id);
    if (there) facts.releases.push_back(release);
    if (!there && there.error().code != ErrorCode::not_found) return there.error();
  }
  for (const auto& listener : all_listeners())
    facts.busy_ports.push_back(listener.port);
  const auto found = TRY(running());
  if (!found) return facts;
  RunningServer server{.id = process_of(*found),
                       .binary = found->image,
                       .command = found->command,
                       .listens = {},
                       .release = {}};
  if (found->id == record.container) server.release = record.release;
  if (const auto inside = listening_inside(*found)) {
    server.listens = as_addressed(*found, *inside, node_.client.host);
  } else {
    // Nobody can look inside from here: what the plan names is taken to be there.
    server.listens = {node_.client.port, node_.monitor.port};
  }
  facts.running = std::move(server);
  return facts;
}

Result<std::vector<Concern>> ContainerExecutor::audit() {
  Surroundings around;
  around.all = TRY(engine_->get("/containers/json?all=1"));
  const auto record = TRY(read_container_record(dir_));
  const auto own = TRY(container());
  around.held = record.restart.contains(own.id);
  return exec::audit(own, node_, around);
}

Result<void> ContainerExecutor::adopt(const std::string& running_version) {
  const auto found = TRY(running());
  if (!found) return {};
  auto record = TRY(read_container_record(dir_));
  if (found->id == record.container) return {};
  // An image that a container has cannot be lost while there is the container.
  record.releases[running_version] = {found->image, found->told["Config"]["Image"].text()};
  if (record.active != running_version) record.previous = record.active;
  record.active = running_version;
  record.container = found->id;
  record.release = running_version;
  record.addresses = addresses_by_network(*found);
  return write_container_record(dir_, record);
}

Result<void> ContainerExecutor::activate(const std::string& version) {
  TRY(program(version));
  auto record = TRY(read_container_record(dir_));
  if (record.active == version) return {};
  if (!record.active.empty()) record.previous = record.active;
  record.active = version;
  return write_container_record(dir_, record);
}

Result<void> ContainerExecutor::revert() {
  auto record = TRY(read_container_record(dir_));
  if (record.previous.empty()) {
    return Error(ErrorCode::not_found,
                 dir_.string() + ": no release was active before the present one");
  }
  TRY(program(record.previous));
  record.active = record.previous;
  return write_container_record(dir_, record);
}

Result<void> ContainerExecutor::hold(const Container& container) {
  auto record = TRY(read_container_record(dir_));
  if (!has_restart_policy(container)) return {};
  record.restart[container.id] =
      restart_policy_of(container);  // written down first: nobody else knows it afterwards
  TRY(write_container_record(dir_, record));
  const auto off = Json::object({{"Name", "no"}, {"MaximumRetryCount", 0}});
  TRY(engine_->post(path_of(container.id) + "/update", Json::object({{"RestartPolicy", off}})));
  return {};
}

Result<void> ContainerExecutor::restore(const Container& container, ContainerRecord& record) {
  const auto held = record.restart.find(container.id);
  if (held == record.restart.end()) return {};
  TRY(engine_->post(path_of(container.id) + "/update",
                    Json::object({{"RestartPolicy", held->second}})));
  record.restart.erase(held);
  return write_container_record(dir_, record);
}

Result<void> ContainerExecutor::create(const Container& model, const ContainerRecord& record) {
  const auto& staged = record.releases.at(record.active);
  // By its name, which people and Compose know, as long as that still means this image.
  const auto named = staged.image.empty() ? Result<Json>(Json()) : image(staged.image);
  const bool same = named && image_id((*named)["Id"].text()) == staged.id;
  const auto old_image = image(model.image);
  if (!old_image && old_image.error().code != ErrorCode::not_found) return old_image.error();
  const auto held = record.restart.find(model.id);
  const auto recipe =
      copy_of(model,
              old_image ? *old_image : Json(),
              {.image = same ? staged.image : staged.id,
               .image_id = staged.id,
               .restart = held == record.restart.end() ? restart_policy_of(model) : held->second,
               .addresses = is_podman() ? record.addresses : decltype(record.addresses)()});
  const auto name = fresh_name(name_);
  TRY(engine_->post("/containers/create?name=" + url_word(name), recipe.body));
  for (const auto& [network, endpoint] : recipe.networks) {
    TRY(engine_->post("/networks/" + url_word(network) + "/connect",
                      Json::object({{"Container", name}, {"EndpointConfig", endpoint}})));
  }
  return {};
}

// What natsctl made may be started again by its engine just now, over and over. Podman then fails
// with "container state improper" rather than to wait for itself.
Result<void> ContainerExecutor::remove_by_force(const std::string& name) {
  for (int left = kRemovals;; --left) {
    auto removed = engine_->remove(path_of(name) + "?force=1");
    if (removed || left == 0) return removed;
    std::this_thread::sleep_for(kBetweenRemovals);
  }
}

Result<void> ContainerExecutor::carry_out(const std::vector<Move>& all,
                                          const ContainerRecord& record) {
  for (const auto& move : all) {
    switch (move.what) {
      case Move::What::create: {
        const auto model = TRY(find(move.of));
        if (!model) return Error(ErrorCode::not_found, "there is no container " + move.of);
        TRY(create(*model, record));
        break;
      }
      case Move::What::rename:
        TRY(engine_->post(path_of(move.of) + "/rename?name=" + url_word(move.to)));
        break;
      case Move::What::remove:
        TRY(move.of == previous_name(name_) ? engine_->remove(path_of(move.of))
                                            : remove_by_force(move.of));
        break;
    }
  }
  return {};
}

Result<ProcessId> ContainerExecutor::start(const StartSpec&) {
  auto record = TRY(read_container_record(dir_));
  const auto found = TRY(running());
  // A new server that fails is started over and over by its engine, and may be up for a moment
  // while the old one is wanted again.
  const bool is_failing = found && found->id == record.container &&
                          record.release != record.active && found->restarts > 0;
  if (found && !is_failing) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: container {} runs already", node_.name, found->name));
  }
  const auto staged = record.releases.find(record.active);
  if (staged == record.releases.end())
    return Error(ErrorCode::not_found, node_.name + ": no release is active");
  const auto there = TRY(shelf());
  const auto steps = TRY(moves(name_, there, staged->second.id));
  TRY(carry_out(steps, record));
  const auto made = TRY(container());
  // Before it runs: a container that runs and is not written down would be somebody else's.
  record.container = made.id;
  record.release = record.active;
  TRY(write_container_record(dir_, record));
  TRY(restore(made, record));
  // Podman may not answer as long as the server ends again and again: looking tells more.
  const auto asked = engine_->ask({.method = "POST",
                                   .path = path_of(made.id) + "/start",
                                   .body = {},
                                   .type = "application/json",
                                   .file = {},
                                   .patience = kStartPatience});
  if (!asked && asked.error().code != ErrorCode::timeout) return asked.error();
  const auto started = TRY(find(made.id));
  if (started && started->running) {
    record.addresses = addresses_by_network(*started);
    TRY(write_container_record(dir_, record));
    return process_of(*started);
  }
  const auto lines = last_output(5);
  return Error(ErrorCode::io,
               fmt::format("{}: the server ended at once{}",
                           node_.name,
                           lines.empty() ? "" : "; its last lines:\n" + lines));
}

Result<void> ContainerExecutor::signal(Signal signal, const ProcessId& expected) {
  const auto gone =
      Error(ErrorCode::not_found,
            fmt::format("{}: process {} does not run any more", node_.name, expected.pid));
  const auto found = TRY(running());
  if (!found || process_of(*found) != expected) return gone;
  const bool revived = ends(signal) && has_restart_policy(*found);
  if (revived && !is_podman()) TRY(hold(*found));
  const auto send = [&]() -> Result<void> {
    if (revived && is_podman()) return end_by_podman(signal, *found);
    TRY(engine_->post(path_of(found->id) + "/kill?signal=" + signal_word(signal)));
    return {};
  };
  auto sent = send();
  if (sent) return {};
  const auto after = TRY(find(found->id));
  if (!after || !after->running) return gone;  // it ended just now
  return std::move(sent).error().in(node_.name);
}

Result<bool> ContainerExecutor::runs(const ProcessId& id) {
  const auto found = TRY(running());
  return found && process_of(*found) == id;
}

std::vector<std::string> ContainerExecutor::left_to_people() {
  const auto own = container();
  const auto record = read_container_record(dir_);
  if (!own || !record) return {};
  const auto compose = compose_of(*own);
  const auto staged = record->releases.find(record->active);
  const bool ours = own->labels.contains(kMadeAfter);  // else it is as Compose made it
  if (!ours || !compose || staged == record->releases.end()) return {};
  return {fmt::format(
      "{}: Compose project {}: change the image of service {} in {} to {}; until then `compose up` "
      "would bring another one back",
      node_.name,
      compose->project,
      compose->service,
      compose->file,
      staged->second.image.empty() ? staged->second.id : staged->second.image)};
}

Result<void> ContainerExecutor::forget() {
  if (const auto found = TRY(running())) {
    return Error(
        ErrorCode::refused,
        fmt::format("{}: its server still runs, in container {}", node_.name, found->name));
  }
  const auto there = TRY(shelf());
  TRY(carry_out(moves_to_forget(name_, there), {}));
  auto record = TRY(read_container_record(dir_));
  if (const auto own = TRY(find(name_))) TRY(restore(*own, record));
  TRY(remove_container_record(dir_));
  for (const auto* name : {"lock.json", "lock"})
    TRY(remove_file(dir_ / name));
  base::remove_abandoned(dir_);
  std::error_code not_empty;
  plan::fs::remove(dir_, not_empty);
  return {};
}

Result<void> ContainerExecutor::take_lock(const Lock& lock, base::WallTime now) {
  auto taken = exec::take_lock(dir_, lock, now);
  if (!taken) return std::move(taken).error().in(node_.name);
  return {};
}

Result<std::optional<Executor::Lock>> ContainerExecutor::lock() {
  return read_lock(dir_);
}

Result<void> ContainerExecutor::release_lock(const std::string& owner) {
  return exec::release_lock(dir_, owner);
}

}  // namespace exec
