#include "tests/containers/engine_lab.h"

#include "exec/container_shelf.h"
#include "exec/process.h"

#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

namespace containers {

namespace {

constexpr int kClientPort = 4222;
const std::string kName = "nats-a";

template <class T>
T value(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace

EngineLab::EngineLab(std::string type)
    : type_(std::move(type)),
      id_(fmt::format("natsctl-engine-{}", ::getpid())),
      own_network_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
  try {
    script({"up", type_});
  } catch (...) {
    script({"down"});
    throw;
  }
  const auto network = "/run/netns/" + id_;
  const int descriptor = ::open(network.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || ::setns(descriptor, CLONE_NEWNET) != 0)
    throw std::runtime_error(network + " cannot be entered");
  ::close(descriptor);
  engine_ = exec::engine_at(socket());
}

EngineLab::~EngineLab() {
  ::setns(own_network_, CLONE_NEWNET);
  ::close(own_network_);
  try {
    script({"down"});
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%s\n", failed.what());
  }
}

std::string EngineLab::script(const std::vector<std::string>& words) const {
  exec::Command command{{PROJECT_ROOT "/tests/containers/engine"}, std::chrono::minutes(2)};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.environment = {{"ENGINE_ID", id_}, {"ENGINE_DIR", "/tmp/" + id_}};
  const auto outcome = exec::run_command(command);
  if (!outcome) throw std::runtime_error(outcome.error().what);
  if (!outcome->ok()) throw std::runtime_error("engine " + words.front() + ": " + outcome->output);
  return outcome->output;
}

std::filesystem::path EngineLab::socket() const {
  return "/tmp/" + id_ + "/socket";
}

plan::ExecutorSpec EngineLab::container(const std::string& name,
                                        const std::filesystem::path& dir) const {
  return {.type = type_, .dir = dir, .container = name, .socket = socket()};
}

std::filesystem::path EngineLab::archive_of(const support::Release& release,
                                            const std::string& name,
                                            const std::vector<std::string>& folders) const {
  auto file = folder_ / (name + ".tar");
  std::vector<std::string> words = {"image", release.binary.string(), name, file.string()};
  words.insert(words.end(), folders.begin(), folders.end());
  script(words);
  return file;
}

void EngineLab::load(const std::filesystem::path& archive) {
  exec::EngineRequest request{.method = "POST", .path = "/images/load"};
  request.type = "application/x-tar";
  request.file = archive;
  value(engine_->ask(request));
}

base::Json EngineLab::get(const std::string& path) {
  return value(engine_->get(path));
}

base::Json EngineLab::post(const std::string& path, const base::Json& body) {
  return value(engine_->post(path, body));
}

void EngineLab::remove(const std::string& container) {
  value(engine_->remove("/containers/" + container + "?force=1"));
}

base::Json EngineLab::inspect(const std::string& container) {
  return get("/containers/" + container + "/json");
}

void EngineLab::restart() const {
  script({"restart"});
}

std::string image_of(const support::Release& release) {
  return "natsctl-lab:" + release.version;
}

ContainerMachine::ContainerMachine(EngineLab& lab) : engine(lab) {
  node.name = "A";
  node.client = {"127.0.0.1", kClientPort};
  node.executor = lab.container(kName, folder / "A");
  // Made by somebody, and not started yet.
  lab.post(
      "/containers/create?name=" + kName,
      base::Json::object(
          {{"Image", image_of(support::old_server())},
           {"Cmd", base::Json(args())},
           {"StopSignal", "SIGUSR2"},
           {"HostConfig",
            base::Json::object({{"NetworkMode", "host"},
                                {"RestartPolicy", base::Json::object({{"Name", "always"}})}})}}));
  again();
}

ContainerMachine::~ContainerMachine() {
  for (const auto& name : {kName, exec::fresh_name(kName), exec::previous_name(kName)})
    engine.remove(name);
}

void ContainerMachine::start_foreign() {
  engine.post("/containers/" + kName + "/start");
  until_listening();
}

void ContainerMachine::stop_foreign() {
  engine.post("/containers/" + kName + "/stop");
}

plan::Release ContainerMachine::to_stage(const support::Release& release) const {
  plan::Release wanted{.version = release.version, .binary = {}, .sha256 = {}};
  wanted.image = image_of(release);
  return wanted;
}

plan::Release ContainerMachine::not_meant(plan::Release release) const {
  release.image_id.assign(64, '0');
  return release;
}

}  // namespace containers
