#pragma once

#include "base/result.h"
#include "base/units.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the operator wants, as plain structs: plan.yaml after it was read and found without a
// mistake. Nothing here knows how it is done (playbook) or what the cluster shows (cluster_view.h).
namespace plan {

namespace fs = std::filesystem;

// "127.0.0.1:4222"; an IPv6 host is written in brackets.
struct Address {
  std::string host;
  int port = 0;

  std::string text() const;

  explicit operator bool() const { return port != 0; }

  bool operator==(const Address&) const = default;
};

// "127.0.0.1:4222", "[::1]:4222"; "4222" alone has no host, which is for the caller to judge.
base::Result<Address> parse_address(std::string_view text);

// The server that every node must run at the end: a program, and for containers an image.
struct Release {
  std::string version;          // what /varz must say, without a leading v: "2.10.27"
  fs::path binary;              // absolute; empty: no node needs one
  std::string sha256;           // lower-case hex; empty: not demanded
  std::string image = {};       // as the engine takes it: "nats:2.10.27", "nats@sha256:5f0c…"
  std::string image_id = {};    // its id, lower-case hex; empty: not demanded
  fs::path image_archive = {};  // of `docker save`; empty: a registry has it, or the engine

  bool operator==(const Release&) const = default;
};

// How natsctl reaches the machine of a node, and how a server is started there: by `service`, by
// `start`, as a container, as a Pod, or, with none of these, as a process of its own.
struct ExecutorSpec {
  std::string type = "process";  // this machine; or "ssh", "docker", "podman", "kubernetes"
  fs::path dir;  // natsctl's folder for the node, there: releases, pid record, log; absolute
  std::string host = {};       // as the ssh program takes it: a name of ~/.ssh/config, or user@host
  fs::path ssh_config = {};    // instead of ~/.ssh/config
  bool sudo = false;           // what needs root goes through sudo -n
  std::string service = {};    // the systemd unit that runs the server
  std::string start = {};      // the operator's own command that starts DIR/current/nats-server
  std::string stop = {};       // and one that stops it, instead of a signal
  std::string hold = {};       // makes a supervisor leave it alone until the next start
  int keep = 3;                // releases that stay there beside the active one and the one before
  std::string container = {};  // the name of the server's container; of a Pod's, there
  fs::path socket = {};        // the container engine's; empty: where it usually is
  std::string pod = {};        // of a StatefulSet: NAME-ORDINAL
  std::string name_space = {};  // of the Pod; empty, as the next two: kubectl knows
  std::string context = {};     // of kubectl's configuration
  fs::path kubeconfig = {};
  std::string kubectl = {};  // another program than `kubectl`
  std::string like = {};     // no key: of a temporary node in a Pod of its own, the member's Pod

  bool is_remote() const { return type == "ssh"; }

  bool is_container() const { return type == "docker" || type == "podman"; }

  bool is_pod() const { return type == "kubernetes"; }

  bool is_temporary_pod() const { return is_pod() && !like.empty(); }

  // What runs there is an image, not a program of ours.
  bool runs_an_image() const { return is_container() || is_pod(); }

  // A path in the node's conf or arguments is none of this machine.
  bool has_files_of_its_own() const { return is_remote() || runs_an_image(); }

  // Else: a service of systemd or of another supervisor, or on another machine
  // (exec/host_executor.h), or a container (exec/container_executor.h), or a Pod
  // (exec/kubernetes_executor.h).
  bool is_plain_process() const {
    return !is_remote() && !runs_an_image() && service.empty() && start.empty();
  }

  bool operator==(const ExecutorSpec&) const = default;
};

// A secret stays where it is until it is used: it never reaches argv, journal, log or report.
struct Secret {
  fs::path file = {};         // its first line
  std::string variable = {};  // of the environment
  std::string command = {};   // a shell command on this machine; the first line that it writes
  std::string field = {};     // of a file that is JSON, as the nats CLI's contexts are: the field

  bool empty() const { return file.empty() && variable.empty() && command.empty(); }

  bool operator==(const Secret&) const = default;
};

// How natsctl's own clients log in.
struct Access {
  std::string context = {};  // a context of the nats CLI, for what the rest does not say
  std::string user = {};
  Secret password = {};
  Secret token = {};
  Secret nkey = {};  // a user's seed
  fs::path creds = {};
  fs::path ca = {};
  fs::path cert = {};
  fs::path key = {};

  bool empty() const { return *this == Access(); }

  bool operator==(const Access&) const = default;
};

struct Node {
  std::string name = {};     // the server's own name (server_name), unique in the plan
  std::string cluster = {};  // another one than the plan's
  Address client = {};
  Address route = {};
  Address monitor = {};
  fs::path config = {};  // the server's conf file, absolute; empty: its arguments say everything
  std::vector<std::string> args = {};  // further arguments of the server
  fs::path pid_file = {};  // where the server writes its pid; empty: found by its listening port
  ExecutorSpec executor = {};
  int line = 0;  // in the plan file, for findings about this node

  bool operator==(const Node&) const = default;
};

// The temporary server C.
struct TempNode {
  enum class Use { automatic, always, never };

  Use use = Use::automatic;
  Node node;         // its conf is derived from a member's (see `like`); config and args stay empty
  std::string like;  // the member whose accounts, users, permissions and TLS it takes
  fs::path binary;   // the program it runs; empty: the release's
  base::nanoseconds ttl =
      std::chrono::hours(4);  // after this it may be removed by whoever finds it

  bool operator==(const TempNode&) const = default;
};

enum class OnFailure { pause, rollback };

struct Policy {
  std::string playbook = "temp-node";  // a shipped one's name, or a file
  int max_unavailable = 1;

  struct Drain {
    base::nanoseconds duration = std::chrono::minutes(2);  // lame_duck_duration of the servers
    base::nanoseconds grace = std::chrono::seconds(10);    // lame_duck_grace_period of the servers
    bool adaptive = true;  // clients are sent away as the others take them, where that can be done
    bool operator==(const Drain&) const = default;
  } drain;

  struct Gates {
    base::nanoseconds hold = std::chrono::seconds(10);
    base::nanoseconds within = std::chrono::minutes(5);
    base::nanoseconds max_age = std::chrono::seconds(2);
    bool operator==(const Gates&) const = default;
  } gates;

  struct Canary {
    int nodes = 0;
    base::nanoseconds soak{};
    bool operator==(const Canary&) const = default;
  } canary;

  // What of JetStream may be away, or lost, while the server that has it restarts. Patterns:
  // "ORDERS" in any account, "APP/ORDERS", "APP/*", "*".
  struct JetStream {
    std::vector<std::string> accept_offline;  // streams of one or two copies
    std::vector<std::string> accept_loss;     // streams of one copy, in memory
    bool accept_api_offline = false;          // a meta group of two, which one server cannot hold
    bool operator==(const JetStream&) const = default;
  } jetstream;

  bool rebalance = true;  // a playbook's step of that name is carried out
  OnFailure on_failure = OnFailure::pause;
  std::vector<std::string>
      accept;  // ids of rules (src/rules) whose warnings are known and accepted

  bool operator==(const Policy&) const = default;
};

// Real traffic through the change; absent in the plan: none.
struct Probe {
  int rate = 50;        // messages a second
  int subscribers = 0;  // and as many publishers, …; 0: one for each server
  int requests = 10;    // a second; 0: none
  int max_lost = 0;
  base::nanoseconds max_gap = std::chrono::milliseconds(500);
  Access access = {};  // of an account of its own; empty: the plan's

  bool operator==(const Probe&) const = default;
};

// The operator's own commands, run on this machine with the node's name in NATSCTL_NODE.
struct Hooks {
  std::vector<std::string> before_node;
  std::vector<std::string> after_node;

  bool operator==(const Hooks&) const = default;
};

struct Plan {
  fs::path file;  // absolute; relative paths in the plan start at its folder
  std::string
      cluster;  // the cluster name that the servers report; empty: they agree on one themselves
  Release release;
  std::vector<Node> nodes;  // in the file's order
  std::optional<TempNode> temp_node;
  Policy policy;
  std::optional<Probe> probe;
  Access access;                 // of clients like yours
  std::optional<Access> system;  // of a user of the system account; absent: there is none
  Hooks hooks;

  const Node* find(const std::string& name) const;  // a member or the temporary node

  // Members of one cluster have routes to each other; those of several are joined by gateways, or
  // by leaf connections. A node of which the plan says nothing is in the plan's cluster, the
  // temporary one in that of the member it is like.
  const std::string& cluster_of(const std::string& node) const;
  std::vector<std::string> clusters() const;  // in the order in which they come
  std::vector<const Node*> members_of(const std::string& name) const;

  bool operator==(const Plan&) const = default;
};

}  // namespace plan
