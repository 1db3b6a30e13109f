// Three containers of a Compose project, upgraded under traffic: natsctl as its users have it.
#include "base/files.h"
#include "exec/container_shelf.h"
#include "tests/containers/engine_lab.h"
#include "tests/containers/natsctl.h"
#include "tests/support/eventually.h"
#include "watch/look.h"
#include "watch/monitor_client.h"
#include "watch/observe.h"

#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fmt/core.h>

namespace {

using base::Json;
using support::new_server;
using support::old_server;

const std::vector<std::string> kNames = {"a", "b", "c"};
constexpr const char* kLogFolder = "logs";  // where the servers write, in their image

std::string container_of(const std::string& name) {
  return "shop-" + name;
}

plan::Address address_of(const std::string& name, int port) {
  return {"127.0.0.1", 10'000 + 10 * (name.front() - 'a') + port};
}

std::string own_address(const std::string& name) {
  return fmt::format("10.98.7.{}", 11 + name.front() - 'a');
}

// Three servers in a network that somebody made, with all that a container may have.
class Cluster {
 public:
  // An empty stop signal is the engine's default, SIGTERM.
  Cluster(const std::string& engine, std::string stop_signal)
      : engine_(engine), stop_signal_(std::move(stop_signal)) {
    engine_.load(
        engine_.archive_of(old_server(), containers::image_of(old_server()), {kLogFolder}));
    make_network();
    for (const auto& name : kNames)
      make(name);
    support::eventually("the mesh is full", [&] {
      return std::all_of(kNames.begin(), kNames.end(), [&](const std::string& name) {
        const auto sample = look(name);
        return watch::remotes_of(sample).size() + 1 >= kNames.size();
      });
    });
    for (const auto& name : kNames) {
      ids_[name] = look(name).varz->server_id;
      before_[name] = engine_.inspect(container_of(name));
    }
  }

  // What discover writes, with what only the operator knows: the traffic, haste.
  void write_plan(const std::filesystem::path& archive) {
    std::vector<std::string> words = {"discover",
                                      "--compose",
                                      "shop",
                                      "--socket",
                                      engine_.socket().string(),
                                      "--release",
                                      new_server().version,
                                      "--image",
                                      containers::image_of(new_server()),
                                      "-o",
                                      plan()};
    if (engine_.type() == "podman") words.emplace_back("--podman");
    const auto found = natsctl.run(words);
    REQUIRE_MESSAGE(found.exit_code == 0, found.text);
    auto text = *base::read_file(plan());
    text = text.substr(0, text.find("\npolicy:"));
    const std::string image = "image: " + containers::image_of(new_server());
    const auto at = text.find(image);
    REQUIRE_MESSAGE(at != std::string::npos, text);
    text.insert(at, "image_archive: " + archive.string() + "\n  ");
    text +=
        "\npolicy: { playbook: rolling, drain: { duration: 30s, grace: 1s }, gates: { hold: 1s, "
        "within: 90s } }\n"
        "probe: { rate: 50, subscribers: 3, max_lost: 0, max_gap: 30s }\n";
    REQUIRE(base::write_file(plan(), text));
  }

  std::string plan() const { return (natsctl.folder() / "plan.yaml").string(); }

  containers::EngineLab& engine() { return engine_; }

  std::string version(const std::string& name) const {
    const auto sample = look(name);
    return sample.varz ? sample.varz->version : "";
  }

  bool restarted(const std::string& name) const {
    const auto sample = look(name);
    return sample.varz && sample.varz->server_id != ids_.at(name);
  }

  const Json& before(const std::string& name) const { return before_.at(name); }

  // Each member runs, in a container of its name.
  bool all_run() {
    const auto running = engine_.get("/containers/json");
    return std::all_of(kNames.begin(), kNames.end(), [&](const std::string& name) {
      return std::any_of(
          running.items().begin(), running.items().end(), [&](const Json& container) {
            const auto names = container["Names"].texts();
            return std::find(names.begin(), names.end(), "/" + container_of(name)) != names.end();
          });
    });
  }

  containers::Natsctl natsctl;

 private:
  void make_network() {
    const auto pool = Json::object({{"Subnet", "10.98.7.0/24"}, {"Gateway", "10.98.7.1"}});
    engine_.post("/networks/create",
                 Json::object({{"Name", "shop_default"},
                               {"CheckDuplicate", true},
                               {"IPAM", Json::object({{"Config", Json(Json::Array{pool})}})}}));
  }

  void make(const std::string& name) {
    std::string routes;
    for (const auto& other : kNames)
      routes +=
          fmt::format("{}nats-route://{}:6222", routes.empty() ? "" : ", ", own_address(other));
    const auto conf = natsctl.folder().file(
        name + ".conf",
        fmt::format("server_name: {}\nport: 4222\nhttp: 8222\nclient_advertise: '{}'\n"
                    "log_file: /{}/nats.log\nlame_duck_duration: 30s\nlame_duck_grace_period: 1s\n"
                    "cluster {{ name: shop, port: 6222, routes: [{} ] }}\n",
                    name,
                    address_of(name, 4222).text(),
                    kLogFolder,
                    routes));
    const auto bound = [&](int port) {
      return Json(Json::Array{Json::object(
          {{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(address_of(name, port).port)}})});
    };
    const auto nothing = Json::object();
    auto host = Json::object(
        {{"Binds", Json(std::vector<std::string>{conf.string() + ":/etc/nats.conf:ro"})},
         {"NetworkMode", "shop_default"},
         {"PortBindings", Json::object({{"4222/tcp", bound(4222)}, {"8222/tcp", bound(8222)}})},
         {"RestartPolicy", Json::object({{"Name", "always"}})},
         {"Memory", 256 * 1024 * 1024},
         {"CapDrop", Json(std::vector<std::string>{"NET_RAW"})}});
    const auto endpoint =
        Json::object({{"Aliases", Json(std::vector<std::string>{name})},
                      {"IPAMConfig", Json::object({{"IPv4Address", own_address(name)}})}});
    const auto body = Json::object(
        {{"Image", containers::image_of(old_server())},
         {"Cmd", Json(std::vector<std::string>{"-c", "/etc/nats.conf"})},
         {"Env", Json(std::vector<std::string>{"SHOP=open"})},
         {"StopSignal", stop_signal_},
         {"ExposedPorts", Json::object({{"4222/tcp", nothing}, {"8222/tcp", nothing}})},
         {"Volumes", Json::object({{"/data", nothing}})},
         {"Labels",
          Json::object({{"com.docker.compose.project", "shop"},
                        {"com.docker.compose.service", name},
                        {"com.docker.compose.project.config_files", "/srv/shop/compose.yaml"}})},
         {"HostConfig", host},
         {"NetworkingConfig",
          Json::object({{"EndpointsConfig", Json::object({{"shop_default", endpoint}})}})}});
    engine_.post("/containers/create?name=" + container_of(name), body);
    engine_.post("/containers/" + container_of(name) + "/start");
  }

  watch::Sample look(const std::string& name) const {
    const auto clock = base::system_clock();
    watch::MonitorClient server(address_of(name, 8222));
    watch::Memory memory;
    return watch::look(server, name, memory, *clock);
  }

  containers::EngineLab engine_;
  std::string stop_signal_;
  std::map<std::string, std::string> ids_;
  std::map<std::string, Json> before_;
};

// Podman gives it in any order, and adds the container's own id.
std::set<std::string> environment(const Json& told) {
  std::set<std::string> result;
  for (const auto& entry : told["Config"]["Env"].texts()) {
    if (!entry.starts_with("HOSTNAME=")) result.insert(entry);
  }
  return result;
}

// What a user of the container sees of it.
void check_is_like(const Json& now, const Json& before) {
  CHECK(environment(now) == environment(before));
  for (const auto* key : {"Cmd", "User", "StopSignal", "ExposedPorts"}) {
    CAPTURE(key);
    CHECK(now["Config"][key].dump() == before["Config"][key].dump());
  }
  for (const auto* key : {"RestartPolicy", "PortBindings", "Memory", "CapDrop"}) {
    CAPTURE(key);
    CHECK(now["HostConfig"][key].dump() == before["HostConfig"][key].dump());
  }
  const auto network = now["NetworkSettings"]["Networks"]["shop_default"];
  CHECK(network["IPAddress"].text() ==
        before["NetworkSettings"]["Networks"]["shop_default"]["IPAddress"].text());
  CHECK(now["Config"]["Labels"]["com.docker.compose.service"].text() ==
        before["Config"]["Labels"]["com.docker.compose.service"].text());
  const auto data = [](const Json& told) {
    for (const auto& mount : told["Mounts"].items()) {
      if (mount["Destination"].text() == "/data") return mount["Name"].text();
    }
    return std::string("none");
  };
  CHECK(data(now) == data(before));  // a volume without a name has the data
}

void upgrade_and_be_killed(const std::string& type) {
  Cluster cluster(type, "SIGUSR2");
  cluster.write_plan(
      cluster.engine().archive_of(new_server(), containers::image_of(new_server()), {kLogFolder}));
  const auto check = cluster.natsctl.run({"check", cluster.plan()});
  CHECK_MESSAGE(check.exit_code == 0, check.text);
  CHECK(check.has("/srv/shop/compose.yaml"));
  cluster.natsctl.start({"upgrade", cluster.plan(), "--yes"});
  support::eventually(
      "the first member is drained and has ended",
      [&] { return !cluster.all_run(); },
      std::chrono::minutes(2));
  cluster.natsctl.kill();
  const auto resumed = cluster.natsctl.run({"resume"});
  CHECK_MESSAGE(resumed.exit_code == 0, resumed.text);
  const auto report = cluster.natsctl.run({"report"});
  CHECK_MESSAGE(report.has("change the image of service a in /srv/shop/compose.yaml to " +
                           containers::image_of(new_server())),
                report.text);
  for (const auto& name : kNames) {
    CAPTURE(name);
    CHECK(cluster.version(name) == new_server().version);
    CHECK(cluster.restarted(name));
    const auto now = cluster.engine().inspect(container_of(name));
    check_is_like(now, cluster.before(name));
    const auto previous = cluster.engine().inspect(exec::previous_name(container_of(name)));
    CHECK(previous["Id"].text() == cluster.before(name)["Id"].text());
    CHECK_FALSE(previous["State"]["Running"].boolean());
  }
  CHECK(cluster.engine().get("/containers/json?all=1").items().size() == 2 * kNames.size());
  // The way back is the containers that there were.
  const auto back = cluster.natsctl.run({"rollback"});
  CHECK_MESSAGE(back.exit_code == 6, back.text);
  for (const auto& name : kNames) {
    CAPTURE(name);
    CHECK(cluster.version(name) == old_server().version);
    const auto now = cluster.engine().inspect(container_of(name));
    CHECK(now["Id"].text() == cluster.before(name)["Id"].text());
    check_is_like(now, cluster.before(name));
  }
}

void fail_and_come_back(const std::string& type) {
  Cluster cluster(type, "");
  // It takes the conf, and cannot run with it: the folder of its log is not in this image.
  cluster.write_plan(cluster.engine().archive_of(new_server(), containers::image_of(new_server())));
  const auto failed = cluster.natsctl.run({"upgrade", cluster.plan(), "--yes"});
  CHECK_MESSAGE(failed.exit_code == 5, failed.text);
  CHECK_MESSAGE(failed.has("/logs/nats.log"), failed.text);
  int touched = 0;
  for (const auto& name : kNames) {
    CAPTURE(name);
    CHECK(cluster.version(name) == old_server().version);
    const auto now = cluster.engine().inspect(container_of(name));
    CHECK(now["Id"].text() == cluster.before(name)["Id"].text());
    check_is_like(now, cluster.before(name));
    if (cluster.restarted(name)) ++touched;
  }
  CHECK(touched == 1);
}

}  // namespace

TEST_SUITE("rehearsal: containers") {
  TEST_CASE("three containers of Docker go from 2.9 to 2.10 under traffic, and back") {
    upgrade_and_be_killed("docker");
  }

  TEST_CASE("three containers of Podman go from 2.9 to 2.10 under traffic, and back") {
    upgrade_and_be_killed("podman");
  }

  TEST_CASE("a new image of Docker that does not come up: the old container serves again") {
    fail_and_come_back("docker");
  }

  TEST_CASE("a new image of Podman that does not come up: the old container serves again") {
    fail_and_come_back("podman");
  }
}
