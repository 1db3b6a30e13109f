// fake_kubectl: as much of kubectl, and of the Kubernetes behind it, as natsctl uses, for tests
// without a cluster. What a cluster knows lies in the folder given as --kubeconfig; servers are
// processes of this machine. Controllers and kubelet do their work whenever somebody asks.
#include "base/digest.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "exec/proc.h"
#include "exec/process.h"
#include "tests/support/fake_kubectl/world.h"

#include <csignal>
#include <iostream>
#include <iterator>
#include <map>

#include <fmt/core.h>

namespace fake {

namespace {

using base::Json;

[[noreturn]] void refuse(const std::string& reason, const std::string& what) {
  std::cerr << "Error from server (" << reason << "): " << what << "\n";
  std::exit(1);
}

std::string kind_of(std::string word) {
  word = base::lower(word);
  return word.ends_with("s") ? word : word + "s";
}

Json found(World& world, const std::string& kind, const std::string& name) {
  auto object = world.find(kind, name);
  if (!object) refuse("NotFound", fmt::format("{} \"{}\" not found", kind, name));
  return *object;
}

void must_be_as_seen(const Json& now, const Json& seen) {
  for (const auto* key : {"uid", "resourceVersion"}) {
    const auto wanted = seen["metadata"][key].text();
    if (!wanted.empty() && wanted != now["metadata"][key].text())
      refuse("Conflict", "the object has been modified");
  }
}

void say(const Json& object) {
  std::cout << object.dump() << "\n";
}

std::string option(const std::vector<std::string>& words, const std::string& name) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == name) return words[i + 1];
  }
  return {};
}

Json input() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  return *Json::parse(text);
}

void get(World& world, const std::vector<std::string>& words) {
  const auto kind = kind_of(words[1]);
  if (words[2] != "-o") return say(found(world, kind, words[2]));
  auto items = Json::array();
  const auto wanted = base::split(option(words, "-l"), ',');
  for (const auto& object : world.all(kind)) {
    const bool fits = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& label) {
      const auto at = label.find('=');
      return object["metadata"]["labels"][label.substr(0, at)].text() == label.substr(at + 1);
    });
    if (fits || option(words, "-l").empty()) items.push(object);
  }
  say(Json::object({{"kind", "List"}, {"items", items}}));
}

void create(World& world) {
  auto object = input();
  const auto kind = kind_of(object["kind"].text());
  if (kind == "selfsubjectrulesreviews") {
    const auto any = Json(std::vector<std::string>{"*"});
    const auto rule = Json::object({{"verbs", any}, {"apiGroups", any}, {"resources", any}});
    object.set("status", Json::object({{"resourceRules", Json(Json::Array{rule})}}));
    return say(object);
  }
  const auto name = object["metadata"]["name"].text();
  if (world.find(kind, name)) refuse("AlreadyExists", name);
  say(world.write(kind, object));
}

void replace(World& world) {
  auto object = input();
  const auto kind = kind_of(object["kind"].text());
  const auto now = found(world, kind, object["metadata"]["name"].text());
  must_be_as_seen(now, object);
  auto meta = object["metadata"];
  meta.set("uid", now["metadata"]["uid"]);
  object.set("metadata", meta);
  say(world.write(kind, object));
}

void patch(World& world, const std::vector<std::string>& words) {
  const auto kind = kind_of(words[1]);
  const auto now = found(world, kind, words[2]);
  const auto change = *Json::parse(option(words, "-p"));
  must_be_as_seen(now, change);
  const auto changed = world.write(kind, merged(now, change));
  world.work();
  say(changed);
}

// /api/v1/namespaces/NAMESPACE/pods/NAME
void remove(World& world, const std::vector<std::string>& words) {
  const auto path = base::split(option(words, "--raw"), '/');
  const auto kind = path[path.size() - 2];
  const auto options = input();
  const auto now = found(world, kind, path.back());
  must_be_as_seen(now, Json::object({{"metadata", options["preconditions"]}}));
  if (kind == "pods") {
    world.end_pod(now, options["gracePeriodSeconds"]);
  } else {
    world.erase(kind, path.back());
  }
  world.work();
}

void logs(World& world, const std::vector<std::string>& words) {
  const auto text = world.log_of(found(world, "pods", words[1]));
  auto lines = base::split(text, '\n');
  std::size_t most = lines.size();
  for (const auto& word : words) {
    if (word.starts_with("--tail=")) most = std::stoul(word.substr(7)) + 1;
  }
  for (auto i = lines.size() - std::min(most, lines.size()); i < lines.size(); ++i)
    std::cout << lines[i] << "\n";
}

// exec POD -c CONTAINER -- nats-server --signal ldm=1
void signal_server(World& world, const std::vector<std::string>& words) {
  const auto told = words.back().substr(0, words.back().find('='));
  const std::map<std::string, int> numbers = {
      {"ldm", SIGUSR2}, {"quit", SIGINT}, {"reload", SIGHUP}, {"reopen", SIGUSR1}};
  world.signal(found(world, "pods", words[1]), numbers.at(told));
}

}  // namespace

void serve(World& world, const std::vector<std::string>& words) {
  world.work();
  const auto& verb = words.front();
  if (verb == "get") return get(world, words);
  if (verb == "create") return create(world);
  if (verb == "replace") return replace(world);
  if (verb == "patch") return patch(world, words);
  if (verb == "delete") return remove(world, words);
  if (verb == "logs") return logs(world, words);
  if (verb == "exec") return signal_server(world, words);
  if (verb == "end-all") return world.end_all();
  refuse("BadRequest", verb);
}

}  // namespace fake

int main(int count, char** arguments) {
  std::vector<std::string> words(arguments + 1, arguments + count);
  std::string folder;
  while (words.size() > 2 && words.front().starts_with("--")) {
    if (words.front() == "--kubeconfig") folder = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  fake::World world(folder);
  fake::serve(world, words);
  return 0;
}
