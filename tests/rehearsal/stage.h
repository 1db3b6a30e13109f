#pragma once

#include "base/json.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// A cluster of real processes with its plans, and natsctl as its users have it: a program, its
// words, its exit code. Everything a test starts ends with its Stage.
namespace rehearsal {

struct Said {
  int exit_code = -1;
  std::string text;  // stdout and stderr

  bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

// How the plans are to be.
struct Script {
  enum class Routes { all_to_all, seed };  // the two forms of the tutorial

  std::vector<std::string> members = {"A", "B"};
  support::Release from = support::Release::broker();
  support::Release to = support::Release::broker_next();
  Routes routes = Routes::all_to_all;
  std::string users;       // a conf's authorization block
  std::string cluster;     // further words of a conf's cluster block
  bool jetstream = false;  // of the members
  std::string plan;        // further lines of both plans
  std::string within = "30s";
  std::string hold = "500ms";
  std::string grace = "1s";  // of a lame duck, before it sends the first client away
  std::string temp_binary;   // C's program; empty: the release's
  bool monitored = true;     // false: no server has an HTTP port
  // Which member is in which cluster, joined by gateways. A member that is in none of them is a
  // leaf node server of the first cluster, with a JetStream domain of its own; `users` then names a
  // system account, which servers with both kinds of links want, and an account APP with a user
  // app. Empty: all are one cluster.
  std::map<std::string, std::string> clusters;
  std::string gateways;  // further words of each gateway block
};

// A natsctl that runs beside the test.
class Running {
 public:
  Running(pid_t pid, std::filesystem::path log) : pid_(pid), log_(std::move(log)) {}

  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  void signal(int number) const;

  pid_t pid() const { return pid_; }

  Said wait();  // for its end; 128 + the signal that ended it
  bool ended();

 private:
  pid_t pid_;
  std::filesystem::path log_;
  std::optional<int> exit_code_;
};

class Stage {
 public:
  explicit Stage(Script script = {});
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Said natsctl(const std::vector<std::string>& words) const;
  std::unique_ptr<Running> start_natsctl(const std::vector<std::string>& words) const;

  // Both natsctl and the report of its newest run say so.
  bool is_told(const Said& said, const std::string& words) const {
    return said.has(words) && natsctl({"report"}).has(words);
  }

  // natsctl is killed at that record of its journal (preload/kill_at.cc); empty: it lives on.
  void kill_at(const std::string& place) { kill_at_ = place; }

  void up() const;  // the members, with the old release

  // A server as a person at a terminal starts it. It ends with the stage's natsctl down. From any
  // thread; throws when there is no further process.
  void start_by_hand(const std::string& node, const std::filesystem::path& program) const;

  std::string before() const { return folder_ / "before.yaml"; }

  std::string plan() const { return folder_ / "plan.yaml"; }

  std::string conf_of(const std::string& node) const;  // what its conf file says

  std::string file(const std::string& name, const std::string& text) const {
    return folder_.file(name, text);
  }

  void change_plan(const std::string& from, const std::string& to) const;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  int client_port(const std::string& node) const { return ports_.at(node)[0]; }

  int monitor_port(const std::string& node) const { return ports_.at(node)[2]; }

  std::string urls() const;                        // of the members, for clients
  base::Json varz(const std::string& node) const;  // null when it does not answer

  std::string version(const std::string& node) const { return varz(node)["version"].text(); }

  bool answers(const std::string& node) const { return varz(node).is_object(); }

  pid_t pid_of(const std::string& node) const;  // of the server that natsctl started there

  std::map<std::string, std::string> server_ids()
      const;  // of the members: another one is a restart
  int starts(const std::string& node,
             const std::string& version) const;  // by natsctl, out of the node's log
  std::size_t journal_lines() const;             // of the newest run
  std::filesystem::path newest_run() const;      // its folder; empty: there is none

  // What natsctl keeps for the nodes, a line each, links with what they point at: "A/current ->
  // releases/2.10.28".
  std::string kept() const;

  support::TempDir folder_;

 private:
  void write_confs() const;
  std::string plan_text(const support::Release& release) const;
  std::string links_of(const std::string& node) const;
  bool is_leaf(const std::string& node) const;
  std::string urls_of(const std::string& cluster,
                      const std::string& scheme,
                      std::size_t port) const;

  Script script_;
  std::string kill_at_;
  std::map<std::string, std::vector<int>> ports_;  // client, route, monitor, gateway, leaf nodes
};

// A program that says that it is `version` and, when it is to serve, does `instead`: shell text.
std::string false_server(const Stage& stage,
                         const std::string& version,
                         const std::string& instead);

}  // namespace rehearsal
