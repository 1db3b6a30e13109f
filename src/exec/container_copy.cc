#include "exec/container_copy.h"

#include "base/text.h"
#include "exec/container_shelf.h"

#include <algorithm>
#include <set>

namespace exec {

namespace {

using base::Json;

Json without(const Json& object, const std::set<std::string>& keys) {
  auto result = Json::object();
  for (const auto& [key, value] : object.fields()) {
    if (!keys.contains(key)) result.set(key, value);
  }
  return result;
}

// An image's own settings are in every container of it. One that says the same as its image is
// left out, so that the new image's counts: its PATH, its entrypoint, its default command.
Json beyond_image(const Json& config, const Json& image) {
  auto result = config;
  for (const auto* key : {"Cmd", "Entrypoint", "WorkingDir", "User", "Healthcheck", "StopSignal"}) {
    if (const auto* own = image.find(key); own && *own == config[key])
      result = without(result, {key});
  }
  auto environment = Json::array();
  const auto given = image["Env"].items();
  const auto own_name = "HOSTNAME=" + config["Hostname"].text();  // Podman's own doing
  for (const auto& entry : config["Env"].items()) {
    const bool is_given = std::find(given.begin(), given.end(), entry) != given.end();
    if (!is_given && entry.text() != own_name) environment.push(entry);
  }
  result.set("Env", environment);
  for (const auto* key : {"Labels", "Volumes", "ExposedPorts"}) {
    auto kept = Json::object();
    for (const auto& [name, value] : config[key].fields()) {
      const auto* own = image[key].find(name);
      if (!own || !(*own == value)) kept.set(name, value);
    }
    result.set(key, kept);
  }
  return result;
}

// Podman tells a limit as RLIMIT_NOFILE, and takes it as nofile.
void name_limits(Json& host) {
  auto limits = Json::array();
  for (const auto& limit : host["Ulimits"].items()) {
    auto named = limit;
    auto name = base::lower(limit["Name"].text());
    if (name.starts_with("rlimit_")) name.erase(0, std::string_view("rlimit_").size());
    named.set("Name", name);
    limits.push(named);
  }
  host.set("Ulimits", limits);
}

// Volumes that the engine named itself: they are in no Binds, and their data must not be left
// behind.
void keep_volumes(Json& host, const Json& mounts) {
  std::set<std::string> known;
  for (const auto& bind : host["Binds"].texts()) {
    const auto from = bind.find(':');
    known.insert(bind.substr(from + 1, bind.find(':', from + 1) - from - 1));
  }
  for (const auto& mount : host["Mounts"].items())
    known.insert(mount["Target"].text());
  auto binds = Json::array();
  for (const auto& bind : host["Binds"].items())
    binds.push(bind);
  for (const auto& mount : mounts.items()) {
    const auto to = mount["Destination"].text();
    const auto name = mount["Name"].text();
    if (mount["Type"].text() != "volume" || name.empty() || known.contains(to)) continue;
    binds.push(name + ":" + to + (mount["RW"].boolean(true) ? "" : ":ro"));
  }
  host.set("Binds", binds);
}

// Of an endpoint, what somebody asked for; the rest the engine gave.
Json asked_of(const std::string& network,
              const Json& told,
              const std::string& id,
              const CopyWish& wish) {
  auto endpoint = Json::object();
  if (!is_own_network(network)) return endpoint;
  if (const auto at = wish.addresses.find(network); at != wish.addresses.end())
    endpoint.set("IPAMConfig", Json::object({{"IPv4Address", at->second}}));
  auto aliases = Json::array();
  for (const auto& alias : told["Aliases"].items()) {
    if (alias.text() != short_id(id)) aliases.push(alias);
  }
  endpoint.set("Aliases", aliases);
  for (const auto* key : {"IPAMConfig", "Links", "DriverOpts"}) {
    if (const auto* value = told.find(key); value && !value->is_null()) endpoint.set(key, *value);
  }
  return endpoint;
}

// "nats-a-3f2a" and the like stay; the id, which the engine took as a name, does not.
bool is_given_hostname(const Container& model) {
  const auto mode = model.told["HostConfig"]["NetworkMode"].text();
  const auto name = model.told["Config"]["Hostname"].text();
  return name != short_id(model.id) && mode != "host" && !mode.starts_with("container:") &&
         !mode.starts_with("ns:");
}

}  // namespace

Recipe copy_of(const Container& model, const Json& old_image, const CopyWish& wish) {
  const auto& told = model.told;
  Recipe recipe;
  recipe.body = beyond_image(told["Config"], old_image["Config"]);
  if (!is_given_hostname(model)) recipe.body = without(recipe.body, {"Hostname", "Domainname"});
  recipe.body.set("Image", wish.image);
  auto labels = recipe.body["Labels"];
  labels.set(kMadeAfter, model.id);
  // Compose compares it with the image that its file names.
  if (model.labels.contains("com.docker.compose.image"))
    labels.set("com.docker.compose.image", wish.image_id);
  recipe.body.set("Labels", labels);
  auto host = without(told["HostConfig"], {"ContainerIDFile"});
  host.set("RestartPolicy", wish.restart);
  keep_volumes(host, told["Mounts"]);
  name_limits(host);
  const auto first = host["NetworkMode"].text();
  auto endpoints = Json::object();
  const auto& networks = told["NetworkSettings"]["Networks"].fields();
  // Podman calls the mode "bridge" whatever the networks are.
  const auto own = std::find_if(networks.begin(), networks.end(), [&](const Json::Field& network) {
    return network.first == first;
  });
  for (auto at = networks.begin(); at != networks.end(); ++at) {
    const bool in_body = own == networks.end() ? at == networks.begin() : at == own;
    auto endpoint = asked_of(at->first, at->second, model.id, wish);
    if (!in_body) {
      recipe.networks.emplace_back(at->first, std::move(endpoint));
    } else if (is_own_network(at->first)) {
      host.set("NetworkMode", at->first);
      endpoints.set(at->first, std::move(endpoint));
    }
  }
  recipe.body.set("HostConfig", host);
  recipe.body.set("NetworkingConfig", Json::object({{"EndpointsConfig", endpoints}}));
  return recipe;
}

Json trial(const Container* model, const Json& image, const std::vector<std::string>& args) {
  auto body = Json::object({{"Image", image["Id"].text()}});
  auto command = args;
  const bool has_program = !image["Config"]["Entrypoint"].items().empty();
  const auto own = image["Config"]["Cmd"].texts();
  if (!has_program)
    command.insert(command.begin(), own.empty() ? std::string("nats-server") : own.front());
  body.set("Cmd", Json(command));
  auto binds = Json::array();
  if (model) {
    const auto& config = model->told["Config"];
    for (const auto* key : {"Env", "User", "WorkingDir"})
      body.set(key, config[key]);
    for (const auto& mount : model->told["Mounts"].items()) {
      const auto type = mount["Type"].text();
      const auto from = type == "volume" ? mount["Name"].text() : mount["Source"].text();
      if (type == "tmpfs" || from.empty()) continue;
      binds.push(from + ":" + mount["Destination"].text() + ":ro");
    }
  }
  body.set("HostConfig", Json::object({{"NetworkMode", "none"}, {"Binds", binds}}));
  return body;
}

}  // namespace exec
