// What both engines answered to the same questions about the same container (tests/natsctl/data,
// of Docker 20.10.24 and Podman 4.3.1).
#include "exec/container.h"

#include "base/files.h"
#include "exec/container_audit.h"
#include "exec/container_copy.h"
#include "exec/container_executor.h"
#include "exec/container_ports.h"
#include "exec/container_shelf.h"

#include <doctest/doctest.h>

namespace {

using base::Json;
using exec::Container;

const std::vector<std::string> kEngines = {"docker", "podman"};

Json recorded(const std::string& engine, const std::string& what) {
  const auto text =
      base::read_file(PROJECT_ROOT "/tests/natsctl/data/" + engine + "/" + what + ".json");
  REQUIRE(text);
  return *Json::parse(*text);
}

Container container(const std::string& engine) {
  return exec::read_container(recorded(engine, "container"));
}

// The same with one thing said otherwise: {"HostConfig", "AutoRemove"} is true.
Container changed(const std::string& engine,
                  const std::vector<std::string>& keys,
                  const Json& value) {
  auto told = recorded(engine, "container");
  auto outer = told[keys[0]];
  if (keys.size() == 1) {
    told.set(keys[0], value);
  } else {
    outer.set(keys[1], value);
    told.set(keys[0], outer);
  }
  return exec::read_container(told);
}

plan::Node node(const std::string& engine) {
  plan::Node node{.name = "a", .client = {"127.0.0.1", 14222}, .monitor = {"127.0.0.1", 18222}};
  node.config = "/etc/nats.conf";
  node.executor.type = engine;
  node.executor.container = "shop-a";
  return node;
}

bool has(const std::vector<exec::Concern>& all, const std::string& what, bool stops) {
  return std::any_of(all.begin(), all.end(), [&](const exec::Concern& concern) {
    return concern.what.find(what) != std::string::npos && concern.stops == stops &&
           !concern.hint.empty();
  });
}

exec::Recipe copied(const std::string& engine, const std::map<std::string, std::string>& at = {}) {
  const auto model = container(engine);
  return exec::copy_of(model,
                       recorded(engine, "image"),
                       {.image = "nats:2.10.27",
                        .image_id = "sha256:new",
                        .restart = exec::restart_policy_of(model),
                        .addresses = at});
}

bool contains(const Json& list, const std::string& text) {
  const auto all = list.texts();
  return std::find(all.begin(), all.end(), text) != all.end();
}

}  // namespace

TEST_SUITE("exec: what engines say of a container") {
  TEST_CASE("both say the same, in their ways") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      const auto told = container(engine);
      CHECK(told.name == "shop-a");
      CHECK(told.id.size() == 64);
      CHECK(told.image.starts_with("sha256:cd663817"));
      CHECK(told.running);
      CHECK(told.pid > 0);
      CHECK(told.started > 0);
      CHECK(told.command == std::vector<std::string>{"/bin/nats-server", "-c", "/etc/nats.conf"});
      CHECK(exec::stop_signal_of(told) == "SIGUSR2");
      CHECK(exec::restart_policy_of(told)["Name"].text() == "always");
      CHECK(exec::addresses_of(told) == std::vector<std::string>{"10.98.7.11"});
      CHECK(exec::addresses_by_network(told) ==
            std::map<std::string, std::string>{{"shop_default", "10.98.7.11"}});
      CHECK(exec::compose_of(told)->project == "shop");
      CHECK(exec::compose_of(told)->file == "/srv/shop/compose.yaml");
      const auto ports = exec::published_ports(told);
      REQUIRE(ports.size() == 2);
      CHECK(ports[0].inside == 4222);
      CHECK(ports[0].outside.text() == "127.0.0.1:14222");
    }
  }

  TEST_CASE("one that has ended has no process, one that Podman stops still has") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      auto state = recorded(engine, "container")["State"];
      state.set("Status", "stopping");
      state.set("Running", false);
      const auto stopping = changed(engine, {"State"}, state);
      CHECK(stopping.running);
      CHECK(stopping.stopping);
      state.set("Pid", 0);
      state.set("Running", true);
      state.set("Status", "restarting");
      CHECK_FALSE(changed(engine, {"State"}, state).running);
    }
  }

  TEST_CASE("signals have one name however they are told") {
    for (const auto& [told, name] : std::map<std::string, std::string>{{"12", "SIGUSR2"},
                                                                       {"USR2", "SIGUSR2"},
                                                                       {"SIGUSR2", "SIGUSR2"},
                                                                       {"15", "SIGTERM"},
                                                                       {"2", "SIGINT"},
                                                                       {"", "SIGTERM"}}) {
      CAPTURE(told);
      CHECK(exec::stop_signal_of(changed("podman", {"Config", "StopSignal"}, told)) == name);
    }
  }

  TEST_CASE("ports are counted as the plan addresses them") {
    const auto told = container("docker");
    const std::vector<int> inside = {4222, 6222, 8222};
    CHECK(exec::as_addressed(told, inside, "127.0.0.1") == std::vector{6222, 14222, 18222});
    CHECK(exec::as_addressed(told, inside, "10.98.7.11") == inside);
    const auto on_host = changed("docker", {"HostConfig", "NetworkMode"}, "host");
    CHECK(exec::as_addressed(on_host, inside, "127.0.0.1") == inside);
    CHECK(exec::as_addressed(told, {6222, 8222}, "127.0.0.1") == std::vector{6222, 18222});  // lame
  }

  TEST_CASE("logs are read whole, with the engine's frames or without") {
    using namespace std::string_literals;
    CHECK(exec::text_of_logs("\1\0\0\0\0\0\0\4one\n\2\0\0\0\0\0\0\4two\n"s) == "one\ntwo\n");
    CHECK(exec::text_of_logs("[1] plain\n") == "[1] plain\n");
    CHECK(exec::text_of_logs("") == "");
    CHECK(exec::text_of_logs("\1\0\0\0\0\0\0\x64short"s) == "short");
  }
}

TEST_SUITE("exec: a container like another one") {
  TEST_CASE("all is as it was but the image") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      const auto told = recorded(engine, "container");
      const auto body = copied(engine).body;
      CHECK(body["Image"].text() == "nats:2.10.27");
      for (const auto* key : {"Cmd", "Healthcheck", "StopSignal", "StopTimeout", "ExposedPorts"}) {
        CAPTURE(key);
        CHECK(body[key] == told["Config"][key]);
      }
      for (const auto* key : {"PortBindings", "RestartPolicy", "Memory", "CapDrop"}) {
        CAPTURE(key);
        CHECK(body["HostConfig"][key] == told["HostConfig"][key]);
      }
      CHECK(contains(body["Env"], "SHOP=open"));
      CHECK(body["Labels"]["com.docker.compose.service"].text() == "a");
      CHECK(body["Labels"][exec::kMadeAfter].text() == told["Id"].text());
      CHECK(body["HostConfig"]["NetworkMode"].text() == "shop_default");
      const auto& endpoint = body["NetworkingConfig"]["EndpointsConfig"]["shop_default"];
      CHECK(endpoint["Aliases"].texts() == std::vector<std::string>{"a"});  // not the old id
    }
  }

  TEST_CASE("what was only the old image's, or the engine's own doing, is left to the new one") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      const auto body = copied(engine).body;
      CHECK_FALSE(contains(body["Env"], "PATH=/bin"));
      CHECK_FALSE(body.find("Entrypoint"));
      CHECK_FALSE(body.find("WorkingDir"));
      CHECK_FALSE(body.find("Hostname"));  // it was the old id
      for (const auto& entry : body["Env"].texts())
        CHECK_FALSE(entry.starts_with("HOSTNAME="));
    }
  }

  TEST_CASE("a volume without a name goes with it") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      const auto told = recorded(engine, "container");
      std::string volume;
      for (const auto& mount : told["Mounts"].items()) {
        if (mount["Destination"].text() == "/data") volume = mount["Name"].text();
      }
      REQUIRE(volume.size() == 64);
      int bound = 0;
      for (const auto& bind : copied(engine).body["HostConfig"]["Binds"].texts())
        bound += bind.starts_with(volume + ":/data") ? 1 : 0;
      CHECK(bound == 1);
    }
  }

  TEST_CASE("a fixed address stays, Podman, which does not tell, is asked for the same") {
    const auto address = [](const exec::Recipe& recipe) {
      return recipe
          .body["NetworkingConfig"]["EndpointsConfig"]["shop_default"]["IPAMConfig"]["IPv4Address"]
          .text();
    };
    CHECK(address(copied("docker")) == "10.98.7.11");
    CHECK(address(copied("podman", {{"shop_default", "10.98.7.11"}})) == "10.98.7.11");
    CHECK(address(copied("podman")) == "");
  }

  TEST_CASE("further networks are joined one by one") {
    auto networks = recorded("docker", "container")["NetworkSettings"];
    auto all = networks["Networks"];
    all.set("metrics", Json::object({{"Aliases", Json(std::vector<std::string>{"nats"})}}));
    networks.set("Networks", all);
    const auto model = changed("docker", {"NetworkSettings"}, networks);
    const auto recipe = exec::copy_of(model, recorded("docker", "image"), {});
    REQUIRE(recipe.networks.size() == 1);
    CHECK(recipe.networks[0].first == "metrics");
    CHECK(recipe.networks[0].second["Aliases"].texts() == std::vector<std::string>{"nats"});
  }

  TEST_CASE("the engine's own network takes no wishes, the machine's neither") {
    for (const auto* mode : {"bridge", "default", "host"}) {
      CAPTURE(mode);
      auto told = recorded("docker", "container");
      auto host = told["HostConfig"];
      host.set("NetworkMode", mode);
      told.set("HostConfig", host);
      auto settings = told["NetworkSettings"];
      const std::string network = std::string(mode) == "host" ? "host" : "bridge";
      settings.set("Networks", Json::object({{network, Json::object()}}));
      told.set("NetworkSettings", settings);
      const auto recipe =
          exec::copy_of(exec::read_container(told), recorded("docker", "image"), {});
      CHECK(recipe.body["HostConfig"]["NetworkMode"].text() == mode);
      CHECK(recipe.body["NetworkingConfig"]["EndpointsConfig"].fields().empty());
      CHECK(recipe.networks.empty());
    }
  }

  TEST_CASE("limits have the names that an engine takes") {
    const auto limit = Json::object({{"Name", "RLIMIT_NOFILE"}, {"Soft", 10}, {"Hard", 20}});
    const auto model = changed("podman", {"HostConfig", "Ulimits"}, Json(Json::Array{limit}));
    const auto recipe = exec::copy_of(model, recorded("podman", "image"), {});
    CHECK(recipe.body["HostConfig"]["Ulimits"].items().at(0)["Name"].text() == "nofile");
  }

  TEST_CASE("a trial sees the server's files, and can change nothing") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      const auto model = container(engine);
      const auto body =
          exec::trial(&model, recorded(engine, "image"), {"-t", "-c", "/etc/nats.conf"});
      CHECK(body["Cmd"].texts() == std::vector<std::string>{"-t", "-c", "/etc/nats.conf"});
      CHECK(body["HostConfig"]["NetworkMode"].text() == "none");
      CHECK(contains(body["HostConfig"]["Binds"], "/srv/shop/a.conf:/etc/nats.conf:ro"));
      for (const auto& bind : body["HostConfig"]["Binds"].texts())
        CHECK(bind.ends_with(":ro"));
    }
  }
}

TEST_SUITE("exec: what may be wrong with a container") {
  TEST_CASE("one that is set up well is left alone, but for its compose file") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      const auto concerns = exec::audit(container(engine), node(engine), {});
      REQUIRE(concerns.size() == 1);
      CHECK(has(concerns, "/srv/shop/compose.yaml names its image", false));
    }
  }

  TEST_CASE("what natsctl could keep no promise with stops it") {
    const auto stops = [](const Container& told, const std::string& what) {
      return has(exec::audit(told, node("docker"), {}), what, true);
    };
    CHECK(stops(changed("docker", {"HostConfig", "AutoRemove"}, true), "--rm"));
    CHECK(stops(changed("docker", {"HostConfig", "NetworkMode"}, "container:5f0c"), "network of"));
    CHECK(stops(changed("docker", {"State", "Status"}, "paused"), "is paused"));
    CHECK(stops(changed("podman",
                        {"Config", "Labels"},
                        Json::object({{"PODMAN_SYSTEMD_UNIT", "nats.service"}})),
                "nats.service"));
  }

  TEST_CASE("an address that the engine chose is none to count on, unless the plan does not") {
    auto settings = recorded("docker", "container")["NetworkSettings"];
    auto networks = settings["Networks"];
    auto network = networks["shop_default"];
    network.set("IPAMConfig", nullptr);
    networks.set("shop_default", network);
    settings.set("Networks", networks);
    const auto told = changed("docker", {"NetworkSettings"}, settings);
    CHECK_FALSE(has(exec::audit(told, node("docker"), {}), "which the engine chose", true));
    auto by_address = node("docker");
    by_address.monitor = {"10.98.7.11", 8222};
    CHECK(has(exec::audit(told, by_address, {}), "which the engine chose", true));
    CHECK_FALSE(
        has(exec::audit(container("docker"), by_address, {}), "which the engine chose", true));
  }

  TEST_CASE("a stop that cuts clients off is told, and one that Podman could not drain by stops") {
    for (const auto& engine : kEngines) {
      CAPTURE(engine);
      for (const auto* signal : {"SIGTERM", "SIGINT"}) {
        const auto told = changed(engine, {"Config", "StopSignal"}, signal);
        const bool stops = engine == "podman" && std::string(signal) == "SIGINT";
        CHECK(has(exec::audit(told, node(engine), {}), signal, stops));
      }
    }
    const auto hurried = changed("docker", {"Config", "StopTimeout"}, 10);
    CHECK(has(exec::audit(hurried, node("docker"), {}), "kills it after 10s", false));
  }

  TEST_CASE("no restart policy, another command and guests in its network are told") {
    const auto none = Json::object({{"Name", ""}, {"MaximumRetryCount", 0}});
    CHECK(has(
        exec::audit(changed("docker", {"HostConfig", "RestartPolicy"}, none), node("docker"), {}),
        "stays down after a reboot",
        false));
    auto other = node("docker");
    other.config = "/etc/other.conf";
    CHECK(has(exec::audit(container("docker"), other, {}), "/etc/other.conf", false));
    const auto told = container("docker");
    const auto guest =
        Json::object({{"Names", Json(std::vector<std::string>{"/exporter"})},
                      {"HostConfig", Json::object({{"NetworkMode", "container:" + told.id}})}});
    CHECK(has(exec::audit(told, node("docker"), {.all = Json(Json::Array{guest})}),
              "/exporter lives in its network",
              false));
  }
}
