// discover: a plan written from a running cluster.
#include "plan/discover.h"

#include "cli/session.h"
#include "contract/conf_parser.h"
#include "exec/container_discovery.h"
#include "exec/container_executor.h"
#include "exec/host_executor.h"
#include "exec/kubernetes_discovery.h"
#include "exec/listeners.h"
#include "exec/make_executor.h"
#include "exec/proc.h"
#include "plan/plan_writer.h"
#include "watch/look.h"
#include "watch/monitor_client.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

struct Options {
  std::vector<std::string> urls;
  std::vector<std::string> hosts;  // reached over ssh
  std::string ssh_config;
  bool sudo = false;
  std::vector<std::string> containers;
  std::string project;  // of Compose
  bool podman = false;
  std::string socket;
  std::string stateful_set;
  plan::ExecutorSpec kubernetes;  // where it is
  std::string out;
  std::string version;
  std::string binary;
  std::string image;
};

constexpr std::string_view kScheme = "http://";
constexpr int kMonitorPort = 8222;  // where nats-server's documentation has it

// "http://127.0.0.1:8222", "127.0.0.1:8222" or "127.0.0.1".
base::Result<plan::Address> monitor_address(std::string text) {
  if (text.starts_with(kScheme)) text.erase(0, kScheme.size());
  text = text.substr(0, text.find('/'));
  const bool has_port = text.find(':') != std::string::npos;
  return plan::parse_address(has_port ? text : fmt::format("{}:{}", text, kMonitorPort));
}

bool is_local(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

watch::Sample look_once(const plan::Address& monitor, const base::Clock& clock) {
  watch::MonitorClient server(monitor);
  watch::Memory memory;
  return watch::look(server, monitor.text(), memory, clock);
}

base::Result<plan::Observed> look_at(const plan::Address& monitor, const base::Clock& clock) {
  const auto sample = look_once(monitor, clock);
  if (!sample.varz) {
    return base::Error(base::ErrorCode::io, fmt::format("{}: {}", monitor.text(), sample.trouble));
  }
  plan::Observed seen{.monitor = monitor, .varz = *sample.varz, .routez = sample.routez};
  const auto pid = is_local(monitor.host) ? exec::listener_on(monitor) : std::nullopt;
  if (!pid) return seen;
  seen.binary = exec::binary_of(*pid);
  seen.folder = exec::folder_of(*pid);
  seen.command = exec::command_of(*pid);
  const auto config = plan::read_command_line(seen.command, seen.folder).config;
  if (auto conf = contract::read_conf(config); !config.empty() && conf)
    seen.conf = *std::move(conf);
  return seen;
}

// A server on a host: its monitoring port is the one of its ports that answers as one.
base::Result<plan::Observed> look_at(const exec::FoundServer& server,
                                     const plan::ExecutorSpec& spec,
                                     const std::string& address,
                                     const base::Clock& clock) {
  for (const auto& listener : server.listens) {
    const bool everywhere = listener.host.empty() || listener.host == "0.0.0.0";
    const plan::Address monitor{everywhere ? address : listener.host, listener.port};
    const auto sample = look_once(monitor, clock);
    if (!sample.varz) continue;
    plan::Observed seen{.monitor = monitor, .varz = *sample.varz, .routez = sample.routez};
    seen.binary = server.binary;
    seen.folder = server.folder;
    seen.command = server.command;
    seen.executor = spec;
    seen.executor.service = server.service;
    plan::Node node{.name = seen.varz.server_name, .executor = spec};
    node.config = plan::read_command_line(seen.command, seen.folder).config;
    if (node.config.empty()) return seen;
    const auto read = exec::reader_for(node);
    const auto text = read(node.config);
    if (!text) return text.error();
    if (auto conf = contract::parse_conf(*text, node.config, contract::process_environment(), read))
      seen.conf = *std::move(conf);
    return seen;
  }
  return base::Error(base::ErrorCode::not_found,
                     fmt::format("{}: a server runs ({}), and none of its ports answers from here "
                                 "as its monitoring: give it one (http_port)",
                                 spec.host,
                                 server.binary.string()));
}

base::Result<std::vector<plan::Observed>> look_at_host(const plan::ExecutorSpec& spec,
                                                       const base::Clock& clock) {
  const auto address = TRY(exec::ssh_address(spec));
  const auto servers = TRY(exec::find_servers(spec));
  if (servers.empty())
    return base::Error(base::ErrorCode::not_found, spec.host + ": no NATS server runs there");
  std::vector<plan::Observed> result;
  for (const auto& server : servers)
    result.push_back(TRY(look_at(server, spec, address, clock)));
  return result;
}

// A server in a container: its monitoring port is the one of its ports that answers as one. Others
// of a project, an exporter say, have none.
base::Result<std::optional<plan::Observed>> look_at(const exec::FoundContainer& found,
                                                    plan::ExecutorSpec spec,
                                                    const base::Clock& clock) {
  const auto& container = found.container;
  spec.container = container.name;
  for (const auto& monitor : found.listens) {
    const auto sample = look_once(monitor, clock);
    if (!sample.varz) continue;
    plan::Observed seen{.monitor = monitor, .varz = *sample.varz, .routez = sample.routez};
    seen.folder = found.folder;
    seen.command = container.command;
    seen.executor = spec;
    seen.image = found.image;
    for (const auto& port : exec::published_ports(container))
      seen.published.emplace(port.inside, port.outside);
    const auto own = exec::addresses_of(container);
    if (!own.empty()) seen.address = own.front();
    plan::Node node{.name = seen.varz.server_name, .executor = spec};
    node.config = plan::read_command_line(seen.command, seen.folder).config;
    if (node.config.empty()) return std::optional(seen);
    const auto read = exec::reader_for(node);
    const auto text = TRY(read(node.config));
    if (auto conf = contract::parse_conf(text, node.config, contract::process_environment(), read))
      seen.conf = *std::move(conf);
    return std::optional(seen);
  }
  return std::optional<plan::Observed>();
}

base::Result<std::vector<plan::Observed>> look_at_containers(const Options& options,
                                                             const base::Clock& clock) {
  plan::ExecutorSpec spec;
  spec.type = options.podman ? "podman" : "docker";
  if (!options.socket.empty()) spec.socket = run::fs::absolute(options.socket);
  const auto engine = exec::engine_at(exec::engine_socket(spec));
  std::vector<exec::FoundContainer> all;
  if (!options.project.empty()) all = TRY(exec::containers_of(*engine, options.project));
  for (const auto& name : options.containers)
    all.push_back(TRY(exec::find_container(*engine, name)));
  std::vector<plan::Observed> result;
  for (const auto& found : all) {
    auto seen = TRY(look_at(found, spec, clock));
    if (seen) {
      result.push_back(*std::move(seen));
    } else {
      complain(
          fmt::format("container {} is left out: none of its ports answers from here as "
                      "monitoring of a NATS server (http_port)",
                      found.container.name));
    }
  }
  return result;
}

// A server in a Pod: it is reached by the name that its headless service gives it, which stays when
// its address does not.
base::Result<plan::Observed> look_at(const exec::FoundPod& found,
                                     plan::ExecutorSpec spec,
                                     const base::Clock& clock) {
  spec.type = "kubernetes";
  spec.pod = found.pod.name;
  spec.container = found.container;
  for (const auto port : found.ports) {
    const plan::Address monitor{found.host, port};
    const auto sample = look_once(monitor, clock);
    if (!sample.varz) continue;
    plan::Observed seen{.monitor = monitor, .varz = *sample.varz, .routez = sample.routez};
    seen.folder = "/";
    seen.command = found.command;
    seen.executor = spec;
    seen.image = found.pod.image;
    seen.address = found.host;
    plan::Node node{.name = seen.varz.server_name, .executor = spec};
    node.config = plan::read_command_line(seen.command, seen.folder).config;
    if (node.config.empty()) return seen;
    const auto read = exec::reader_for(node);
    const auto text = TRY(read(node.config));
    if (auto conf = contract::parse_conf(text, node.config, TRY(exec::environment_for(node)), read))
      seen.conf = *std::move(conf);
    return seen;
  }
  return base::Error(
      base::ErrorCode::not_found,
      fmt::format("Pod {} runs, and none of its ports answers at {} from here as monitoring of a "
                  "NATS server: run natsctl where names and addresses of Pods are known, in the "
                  "cluster say (examples/statefulset/README.md)",
                  found.pod.name,
                  found.host));
}

base::Result<std::vector<plan::Observed>> look_at_pods(const Options& options,
                                                       const base::Clock& clock) {
  exec::Kubectl kubectl(options.kubernetes);
  const auto named = options.containers.empty() ? "" : options.containers.front();
  std::vector<plan::Observed> result;
  for (const auto& found : TRY(exec::pods_of(kubectl, options.stateful_set, named)))
    result.push_back(TRY(look_at(found, options.kubernetes, clock)));
  return result;
}

bool is_free(int port) {
  const auto listeners = exec::all_listeners();
  return std::none_of(listeners.begin(), listeners.end(), [&](const exec::Listener& used) {
    return used.port == port;
  });
}

base::Result<std::vector<plan::Observed>> look_everywhere(const Options& options) {
  const auto clock = base::system_clock();
  std::vector<plan::Observed> servers;
  for (const auto& url : options.urls) {
    auto address = monitor_address(url);
    if (!address) return std::move(address).error().in(url);
    servers.push_back(TRY(look_at(*address, *clock)));
  }
  for (const auto& host : options.hosts) {
    plan::ExecutorSpec spec;
    spec.type = "ssh";
    spec.host = host;
    spec.sudo = options.sudo;
    if (!options.ssh_config.empty()) spec.ssh_config = run::fs::absolute(options.ssh_config);
    const auto seen = TRY(look_at_host(spec, *clock));
    servers.insert(servers.end(), seen.begin(), seen.end());
  }
  if (!options.stateful_set.empty()) {
    const auto seen = TRY(look_at_pods(options, *clock));
    servers.insert(servers.end(), seen.begin(), seen.end());
  } else if (!options.containers.empty() || !options.project.empty()) {
    const auto seen = TRY(look_at_containers(options, *clock));
    servers.insert(servers.end(), seen.begin(), seen.end());
  }
  if (!servers.empty()) return servers;
  return base::Error(base::ErrorCode::invalid,
                     "no server to look at: name a URL, hosts with --ssh, containers with "
                     "--container or --compose, or a StatefulSet with --statefulset");
}

int discover_cluster(const Options& options) {
  const auto seen = look_everywhere(options);
  if (!seen) {
    return fail(seen.error(),
                seen.error().code == base::ErrorCode::invalid ? run::kUsage : run::kCheckFailed);
  }
  const auto& servers = *seen;
  const auto file = run::fs::absolute(options.out.empty() ? "plan.yaml" : options.out);
  const auto found = plan::discover(servers,
                                    {.file = file,
                                     .version = options.version,
                                     .binary = options.binary,
                                     .image = options.image,
                                     .is_free = is_free});
  for (const auto& remark : found.remarks)
    complain(remark);
  const auto text = plan::write_plan(found.plan, found.comments);
  if (options.out.empty()) {
    std::fputs(text.c_str(), stdout);
    return run::kVerified;
  }
  if (run::fs::exists(file)) {
    complain(fmt::format("{}: it is there already and stays as it is", file.string()));
    return run::kUsage;
  }
  if (auto written = base::write_file(file, text); !written)
    return fail(written.error(), run::kInternalError);
  say(fmt::format("{}: {} servers; say which release they are to run, then natsctl check {}",
                  options.out,
                  found.plan.nodes.size(),
                  options.out));
  return run::kVerified;
}

}  // namespace

Command discover_command() {
  return {
      "discover",
      "writes a plan from a running cluster's monitoring ports, from hosts behind ssh, from "
      "containers, or from a StatefulSet",
      [](CLI::App& app) -> Run {
        auto options = std::make_shared<Options>();
        app.add_option("URL", options->urls, "monitoring of each server: http://127.0.0.1:8222")
            ->type_name("");
        app.add_option("--ssh", options->hosts, "hosts to look on: h1,user@h2, as ssh takes them")
            ->delimiter(',')
            ->type_name("HOST,…");
        app.add_option("--ssh-config", options->ssh_config, "instead of ~/.ssh/config")
            ->type_name("FILE");
        app.add_flag("--sudo", options->sudo, "there, what needs root goes through sudo");
        app.add_option("--container", options->containers, "containers to look at")
            ->delimiter(',')
            ->type_name("NAME,…");
        app.add_option("--compose", options->project, "a Compose project: all its containers")
            ->type_name("PROJECT");
        app.add_flag("--podman", options->podman, "the engine is Podman; else Docker");
        app.add_option("--socket", options->socket, "the engine's socket")->type_name("FILE");
        app.add_option("--statefulset", options->stateful_set, "a StatefulSet of Kubernetes")
            ->type_name("NAME");
        app.add_option("--namespace", options->kubernetes.name_space, "where it is")
            ->type_name("NAME");
        app.add_option("--kube-context", options->kubernetes.context, "of kubectl's configuration")
            ->type_name("NAME");
        app.add_option("--kubeconfig", options->kubernetes.kubeconfig, "kubectl's configuration")
            ->type_name("FILE");
        app.add_option("-o,--out", options->out, "write it here; stdout when left out")
            ->type_name("FILE");
        app.add_option("--release", options->version, "the version that every node is to run")
            ->type_name("VERSION");
        app.add_option("--binary", options->binary, "its program")->type_name("FILE");
        app.add_option("--image", options->image, "its image, for containers")->type_name("IMAGE");
        return [options](const Globals&) { return discover_cluster(*options); };
      }};
}

}  // namespace cli
