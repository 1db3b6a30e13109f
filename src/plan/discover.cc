#include "plan/discover.h"

#include "base/text.h"
#include "plan/server_drain.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace plan {

namespace {

constexpr std::size_t kNuidLength =
    22;  // of a name that servers made themselves: letters and digits
constexpr int kPortsOfTheKernel = 32768;  // from here on Linux hands ports to outgoing connections
constexpr int kTempPortStep =
    100;  // how far from a member's ports the temporary node's are looked for

bool is_made_up(const std::string& name) {
  return name.size() == kNuidLength && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

// A server that listens everywhere is reached where it was asked; one in a container where the port
// is published, or at the container's own address.
Address reachable(const std::string& host, int port, const Observed& server) {
  if (const auto at = server.published.find(port); at != server.published.end()) {
    const bool any = at->second.host == "0.0.0.0" || at->second.host == "::";
    return {any ? server.monitor.host : at->second.host, at->second.port};
  }
  // A server that advertises an address tells that one, here and to clients.
  const bool is_outside =
      std::any_of(server.published.begin(), server.published.end(), [&](const auto& published) {
        return published.second.port == port;
      });
  if (!server.address.empty() && !is_outside) return {server.address, port};
  const bool everywhere = host.empty() || host == "0.0.0.0" || host == "::";
  return {everywhere ? server.monitor.host : host, port};
}

bool has_secret(const std::vector<std::string>& args) {
  return std::any_of(args.begin(), args.end(), [](const std::string& argument) {
    return argument.starts_with("--pass") || argument.starts_with("-pass") ||
           argument.starts_with("--auth") || argument.starts_with("-auth") ||
           argument.find('@') != std::string::npos;
  });
}

class Discovery {
 public:
  Discovery(const std::vector<Observed>& servers, const Wishes& wishes) : wishes_(wishes) {
    std::set<std::string> seen;
    for (const auto& server : servers) {
      if (seen.insert(server.varz.server_id).second) servers_.push_back(&server);
    }
    std::stable_sort(servers_.begin(), servers_.end(), [](const Observed* a, const Observed* b) {
      return std::tie(a->varz.server_name, a->varz.port) <
             std::tie(b->varz.server_name, b->varz.port);
    });
  }

  Discovered take() {
    result_.plan.file = wishes_.file;
    for (const auto* server : servers_)
      add_node(*server);
    if (servers_.empty()) return std::move(result_);
    name_clusters();
    choose_release();
    add_temp_node();
    read_policy();
    remark();
    return std::move(result_);
  }

 private:
  void add_node(const Observed& server) {
    const auto& varz = server.varz;
    const auto index = result_.plan.nodes.size();
    const auto path = fmt::format("nodes[{}]", index);
    Node node{.name = varz.server_name};
    if (varz.server_name.empty() || varz.server_name == varz.server_id) {
      node.name = index < 26 ? std::string(1, static_cast<char>('A' + index))
                             : fmt::format("N{}", index + 1);
      result_.comments[path] = fmt::format(
          "This server has no name of its own, so it shows its id, which changes with each start. "
          "It is\n"
          "called {} here; better name it: server_name in its conf, or -n in its arguments.",
          node.name);
    }
    node.client = reachable(varz.host, varz.port, server);
    if (varz.cluster.cluster_port > 0) {
      node.route = reachable(varz.cluster.addr, varz.cluster.cluster_port, server);
    }
    node.monitor = server.monitor;
    auto line = read_command_line(server.command, server.folder);
    node.config = line.config;
    node.args = std::move(line.args);
    node.pid_file = line.pid_file;
    node.executor = server.executor;
    node.executor.dir = folder_for(node);
    if (has_secret(node.args)) {
      result_.comments[path + ".args"] =
          "A password stands among these. Better keep it in the conf file.";
    }
    if (server.command.empty()) {
      result_.remarks.emplace_back(
          fmt::format("{}: its process was not found on this machine; its conf file or arguments "
                      "must be added to the plan",
                      node.name));
    }
    result_.plan.nodes.push_back(std::move(node));
  }

  // Where natsctl keeps what is the node's.
  fs::path folder_for(const Node& node) const {
    return node.executor.is_remote() ? fs::path("/var/lib/natsctl") / node.name
                                     : wishes_.file.parent_path() / "state" / node.name;
  }

  // The plan's cluster is the first server's; who is in another one says so, and who is in none is
  // alone.
  void name_clusters() {
    const auto member = std::find_if(servers_.begin(), servers_.end(), [](const Observed* server) {
      return server->varz.cluster.cluster_port > 0;
    });
    const auto& first = member == servers_.end() ? servers_.front() : *member;
    const auto& name = first->varz.cluster.name;
    if (!is_made_up(name)) result_.plan.cluster = name;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      const auto& own = servers_[i]->varz.cluster;
      auto& node = result_.plan.nodes[i];
      if (own.cluster_port == 0 && servers_.size() > 1) node.cluster = node.name;
      if (own.cluster_port > 0 && own.name != name && !is_made_up(own.name))
        node.cluster = own.name;
    }
  }

  void choose_release() {
    auto& release = result_.plan.release;
    release.version = wishes_.version.empty() ? servers_.front()->varz.version : wishes_.version;
    const auto is_container = [](const Observed* server) {
      return server->executor.runs_an_image();
    };
    const auto image = std::find_if(servers_.begin(), servers_.end(), is_container);
    const auto program = std::find_if_not(servers_.begin(), servers_.end(), is_container);
    if (wishes_.version.empty()) {
      result_.comments["release"] =
          image == servers_.end()
              ? "What runs now. Write the release you want, and where its program lies."
              : "What runs now. Write the release you want, and its image.";
    }
    if (image != servers_.end()) choose_image(**image);
    if (program != servers_.end()) {
      choose_program(**program);
    } else {
      release.binary = wishes_.binary;
    }
  }

  void choose_image(const Observed& first) {
    auto& release = result_.plan.release;
    release.image = !wishes_.image.empty()    ? wishes_.image
                    : wishes_.version.empty() ? first.image
                                              : image_of(first.image, release.version);
    if (wishes_.image.empty() && !wishes_.version.empty())
      result_.comments["release.image"] =
          fmt::format("It runs {} now. Correct this if the new one has another name.", first.image);
  }

  // "nats:2.9.10-alpine" -> "nats:2.10.27", as the official images are named.
  static std::string image_of(const std::string& image, const std::string& version) {
    const auto last = image.rfind('/');
    const auto tag = image.find_first_of(":@", last == std::string::npos ? 0 : last);
    return image.substr(0, tag) + ":" + version;
  }

  void choose_program(const Observed& first) {
    auto& release = result_.plan.release;
    const auto program = first.binary.empty() ? fs::path("nats-server") : first.binary.filename();
    const auto there =
        wishes_.version.empty() && !first.binary.empty() && !first.executor.is_remote();
    release.binary = !wishes_.binary.empty() ? wishes_.binary
                     : there                 ? first.binary
                             : wishes_.file.parent_path() / "releases" / release.version / program;
    if (!wishes_.version.empty() && wishes_.binary.empty()) {
      result_.comments["release.binary"] = "Put the program there, or write where it is.";
    }
  }

  bool is_taken(int port) const {
    const auto& nodes = result_.plan.nodes;
    return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
      return node.client.port == port || node.route.port == port || node.monitor.port == port;
    });
  }

  int free_port_above(int port) const {
    for (int candidate = port + kTempPortStep; candidate < kPortsOfTheKernel; ++candidate) {
      if (!is_taken(candidate) && (!wishes_.is_free || wishes_.is_free(candidate)))
        return candidate;
    }
    return port + 1;
  }

  void add_temp_node() {
    const auto& like = result_.plan.nodes.front();
    if (!like.route) return;
    if (result_.plan.release.binary.empty()) {
      result_.remarks.emplace_back(
          "no temporary node is written down: it would be a process of this machine, and no "
          "program is named for it (--binary)");
      return;
    }
    TempNode temp;
    temp.node.name = "temp";
    while (result_.plan.find(temp.node.name) != nullptr)
      temp.node.name += "-node";
    temp.like = like.name;
    temp.node.client = {like.client.host, free_port_above(like.client.port)};
    temp.node.route = {like.route.host, free_port_above(like.route.port)};
    temp.node.monitor = {like.monitor.host, free_port_above(like.monitor.port)};
    // On the machine of the member it is like, as a process of its own.
    if (!like.executor.runs_an_image()) temp.node.executor = like.executor;
    temp.node.executor.service.clear();
    temp.node.executor.dir = folder_for(temp.node);
    result_.plan.temp_node = std::move(temp);
    result_.comments["temp_node"] =
        "A further server for the time of the upgrade, so that clients have one more place to go.\n"
        "Its ports must be free on its machine, and clients must reach it.";
  }

  // The servers do not tell their lame duck settings; their conf files do.
  void read_policy() {
    auto& drain = result_.plan.policy.drain;
    bool read = false;
    for (const auto* server : servers_) {
      if (!server->conf) continue;
      read = true;
      drain = drain_of(*server->conf, drain);
    }
    if (read) return;
    result_.remarks.emplace_back(
        "no conf file was read: if one sets lame_duck_duration or lame_duck_grace_period, write "
        "the same in "
        "policy.drain");
  }

  void remark() {
    std::set<std::string> known;
    for (const auto* server : servers_)
      known.insert(server->varz.server_id);
    std::set<std::string> told;
    for (const auto* server : servers_) {
      if (!server->routez) continue;
      for (const auto& peer : server->routez->peers) {
        if (known.contains(peer.remote_id) || !told.insert(peer.remote_id).second) continue;
        result_.remarks.emplace_back(fmt::format(
            "{} at {} is a member too and was not asked: give its monitoring address as well",
            peer.remote_name.value_or(peer.remote_id),
            peer.ip));
      }
    }
    const auto& varz = servers_.front()->varz;
    if (varz.auth_required) {
      result_.remarks.emplace_back("clients must log in: say in `access` how natsctl's own do");
    }
  }

  const Wishes& wishes_;
  std::vector<const Observed*> servers_;
  Discovered result_;
};

}  // namespace

Discovered discover(const std::vector<Observed>& servers, const Wishes& wishes) {
  return Discovery(servers, wishes).take();
}

}  // namespace plan
