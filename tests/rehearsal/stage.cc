#include "tests/rehearsal/stage.h"

#include "base/files.h"
#include "base/text.h"
#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/wire.h"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <set>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rehearsal {

namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words)
    result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Running::~Running() {
  if (exit_code_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Running::signal(int number) const {
  if (!exit_code_) ::kill(pid_, number);
}

bool Running::ended() {
  int status = 0;
  if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) exit_code_ = exit_code_of(status);
  return exit_code_.has_value();
}

Said Running::wait() {
  support::eventually(
      "natsctl ends", [&] { return ended(); }, std::chrono::seconds(220));
  const auto text = base::read_file(log_);
  return {*exit_code_, text ? *text : ""};
}

Stage::Stage(Script script) : script_(std::move(script)) {
  auto nodes = script_.members;
  nodes.emplace_back("C");
  for (const auto& node : nodes)
    std::generate_n(std::back_inserter(ports_[node]), 5, support::free_port);
  write_confs();
  folder_.file("before.yaml", plan_text(script_.from));
  folder_.file("plan.yaml", plan_text(script_.to));
}

Stage::~Stage() {
  // A test may have spoilt either plan; what runs is known by its ports and folders, which both
  // have.
  if (natsctl({"down", before()}).exit_code == 0) return;
  std::fprintf(stderr, "%s\n", natsctl({"down", plan()}).text.c_str());
}

bool Stage::is_leaf(const std::string& node) const {
  return node != "C" && !script_.clusters.empty() && !script_.clusters.contains(node);
}

// "nats://127.0.0.1:1, nats://127.0.0.1:2", each in quotes.
std::string Stage::urls_of(const std::string& cluster,
                           const std::string& scheme,
                           std::size_t port) const {
  std::vector<std::string> urls;
  for (const auto& [member, its] : script_.clusters) {
    if (its == cluster)
      urls.push_back(fmt::format("\"{}127.0.0.1:{}\"", scheme, ports_.at(member)[port]));
  }
  return base::join(urls, ", ");
}

// What joins clusters to each other, and leaf nodes to the first.
std::string Stage::links_of(const std::string& node) const {
  const auto& first = script_.clusters.at(script_.members.front());
  if (is_leaf(node)) {
    return fmt::format("leafnodes {{ remotes: [ {{ urls: [ {} ], account: APP }} ] }}\n",
                       urls_of(first, "nats-leaf://app:app@", 4));
  }
  std::set<std::string> names;
  for (const auto& [member, cluster] : script_.clusters)
    names.insert(cluster);
  std::vector<std::string> gateways;
  for (const auto& name : names)
    gateways.push_back(
        fmt::format("{{ name: {}, urls: [ {} ] }}", name, urls_of(name, "nats://", 3)));
  return fmt::format(
      "gateway {{ name: {}, listen: \"127.0.0.1:{}\", gateways: [ {} ], {} }}\n"
      "leafnodes {{ listen: \"127.0.0.1:{}\" }}\n",
      script_.clusters.at(node),
      ports_.at(node)[3],
      base::join(gateways, ", "),
      script_.gateways,
      ports_.at(node)[4]);
}

std::string Stage::conf_of(const std::string& node) const {
  const auto& ports = ports_.at(node);
  const bool joined = !script_.clusters.empty();
  std::string routes;
  for (const auto& other : script_.members) {
    if (joined && (is_leaf(other) || is_leaf(node) ||
                   script_.clusters.at(other) != script_.clusters.at(node)))
      continue;
    const bool named =
        script_.routes == Script::Routes::all_to_all || other == script_.members.front();
    if (named && (script_.routes == Script::Routes::all_to_all || other != node)) {
      routes +=
          fmt::format("{}\"nats://127.0.0.1:{}\"", routes.empty() ? "" : ", ", ports_.at(other)[1]);
    }
  }
  const auto store = script_.jetstream ? fmt::format("jetstream {{ store_dir: \"{}\"{} }}\n",
                                                     (folder_ / ("jetstream/" + node)).string(),
                                                     is_leaf(node) ? ", domain: leaf" : "")
                                       : std::string();
  const auto monitor =
      script_.monitored ? fmt::format("http: \"127.0.0.1:{}\"\n", ports[2]) : std::string();
  const auto cluster =
      fmt::format("cluster {{ name: {}, listen: \"127.0.0.1:{}\", routes: [ {} ], {} }}\n",
                  joined && !is_leaf(node) ? script_.clusters.at(node) : "demo",
                  ports[1],
                  routes,
                  script_.cluster);
  return store + monitor +
         fmt::format(
             "server_name: {}\nlisten: \"127.0.0.1:{}\"\n"
             "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"{}\"\n{}\n",
             node,
             ports[0],
             script_.grace,
             script_.users) +
         (is_leaf(node) ? "" : cluster) + (joined ? links_of(node) : "");
}

void Stage::write_confs() const {
  for (const auto& node : script_.members)
    folder_.file(node + ".conf", conf_of(node));
}

std::string Stage::plan_text(const support::Release& release) const {
  auto text = fmt::format(
      "apiVersion: natsctl/v1\nkind: ClusterPlan\ncluster: demo\n"
      "release: {{ version: {}, binary: {} }}\nnodes:\n",
      release.version,
      release.binary.string());
  const auto addresses = [&](const std::string& node) {
    const auto& ports = ports_.at(node);
    auto fields = fmt::format("name: {}, client: 127.0.0.1:{}", node, ports[0]);
    if (!is_leaf(node)) fields += fmt::format(", route: 127.0.0.1:{}", ports[1]);
    if (script_.monitored) fields += fmt::format(", monitor: 127.0.0.1:{}", ports[2]);
    return fields;
  };
  for (const auto& node : script_.members) {
    const auto cluster = script_.clusters.empty() ? ""
                         : is_leaf(node)          ? ", cluster: " + node
                                                  : ", cluster: " + script_.clusters.at(node);
    text += fmt::format("  - {{ {}, config: {}.conf{} }}\n", addresses(node), node, cluster);
  }
  const auto binary = script_.temp_binary.empty() ? "" : ", binary: " + script_.temp_binary;
  text += fmt::format("temp_node: {{ use: {}, {}, like: {}{} }}\n",
                      script_.clusters.empty() ? "always" : "never",
                      addresses("C"),
                      script_.members.front(),
                      binary);
  text += fmt::format(
      "policy: {{ drain: {{ duration: 30s, grace: {} }}, gates: {{ hold: {}, within: {} }} }}\n",
      script_.grace,
      script_.hold,
      script_.within);
  return text + script_.plan;
}

std::unique_ptr<Running> Stage::start_natsctl(const std::vector<std::string>& words) const {
  static int number = 0;
  const auto log = folder_ / fmt::format("natsctl-{}.log", ++number);
  std::vector<std::string> command = {std::string(BUILD_ROOT) + "/natsctl"};
  if (std::find(words.begin(), words.end(), "--state-dir") == words.end()) {
    command.insert(command.end(), {"--state-dir", folder_ / "natsctl-state"});
  }
  command.insert(command.end(), words.begin(), words.end());
  auto arguments = pointers(command);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    if (!kill_at_.empty()) {
      ::setenv("NATSCTL_TEST_KILL", kill_at_.c_str(), 1);
      ::setenv("LD_PRELOAD", BUILD_ROOT "/tests/rehearsal/kill_at.so", 1);
    }
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(out);
  ::close(in);
  return std::make_unique<Running>(pid, log);
}

Said Stage::natsctl(const std::vector<std::string>& words) const {
  return start_natsctl(words)->wait();
}

void Stage::up() const {
  const auto said = natsctl({"up", before()});
  if (said.exit_code != 0) throw std::runtime_error("natsctl up: " + said.text);
}

void Stage::change_plan(const std::string& from, const std::string& to) const {
  auto text = *base::read_file(plan());
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the plan does not say '" + from + "'");
  folder_.file("plan.yaml", text.replace(at, from.size(), to));
}

std::string Stage::urls() const {
  std::vector<std::string> urls;
  for (const auto& node : script_.members)
    urls.push_back(fmt::format("nats://127.0.0.1:{}", client_port(node)));
  return base::join(urls, ",");
}

base::Json Stage::varz(const std::string& node) const {
  try {
    return support::http_get(ports_.at(node)[2], "/varz").json();
  } catch (const std::exception&) {
    return {};
  }
}

pid_t Stage::pid_of(const std::string& node) const {
  const auto record = *base::Json::parse(*base::read_file(path("state/" + node + "/server.json")));
  const auto pid = static_cast<pid_t>(record["pid"].integer());
  if (pid <= 1) throw std::runtime_error(node + ": its record names no process");
  return pid;
}

std::map<std::string, std::string> Stage::server_ids() const {
  std::map<std::string, std::string> ids;
  for (const auto& node : script_.members)
    ids[node] = varz(node)["server_id"].text();
  return ids;
}

int Stage::starts(const std::string& node, const std::string& version) const {
  const auto log = base::read_file(folder_ / ("state/" + node + "/server.log"));
  if (!log) return 0;
  int count = 0;
  for (const auto& line : base::split(*log, '\n')) {
    if (line.find("Version:") != std::string::npos && line.find(version) != std::string::npos)
      ++count;
  }
  return count;
}

void Stage::start_by_hand(const std::string& node, const fs::path& program) const {
  const std::string conf = path(node + ".conf");
  const std::string log = path(node + ".by-hand.log");
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no further process");
  if (pid > 0) {
    ::waitpid(pid, nullptr, 0);
    return;
  }
  if (::fork() != 0) ::_exit(0);  // nobody's child, as a server is
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execl(program.c_str(), program.c_str(), "-c", conf.c_str(), nullptr);
  ::_exit(127);
}

fs::path Stage::newest_run() const {
  std::vector<fs::path> runs;
  std::error_code failure;
  for (const auto& run : fs::directory_iterator(folder_ / "natsctl-state/runs", failure))
    runs.push_back(run.path());
  return runs.empty() ? fs::path() : *std::max_element(runs.begin(), runs.end());
}

std::size_t Stage::journal_lines() const {
  const auto run = newest_run();
  const auto text = base::read_file(run / "journal.jsonl");
  return !run.empty() && text
             ? static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n'))
             : 0;
}

std::string Stage::kept() const {
  const auto state = folder_ / "state";
  std::vector<std::string> lines;
  std::error_code failure;
  for (const auto& entry : fs::recursive_directory_iterator(state, failure)) {
    auto line = entry.path().lexically_relative(state).string();
    if (entry.is_symlink()) line += " -> " + fs::read_symlink(entry.path()).string();
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return base::join(lines, "\n");
}

std::string false_server(const Stage& stage,
                         const std::string& version,
                         const std::string& instead) {
  const auto file = stage.file(
      "false-server",
      fmt::format("#!/bin/sh\n"
                  "case \"$1\" in -v|--version|-version) echo nats-server: v{}; exit 0;; esac\n"
                  "for word; do [ \"$word\" = -t ] && exit 0; done\n{}\n",
                  version,
                  instead));
  ::chmod(file.c_str(), 0755);
  return file;
}

}  // namespace rehearsal
