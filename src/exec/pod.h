#pragma once

#include "base/json.h"
#include "exec/executor.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

// What Kubernetes says of a Pod, of the StatefulSet that makes it, and what natsctl writes down at
// the latter. Pure.
//
// Source: kubernetes.io/docs/reference/kubernetes-api (v1 Pod, apps/v1 StatefulSet)
namespace exec {

// A Pod that has it stays, with its server ended, until natsctl wants the next one: its StatefulSet
// makes none of its name before it is gone.
constexpr const char* kHold = "natsctl/hold";

struct Pod {
  std::string name;
  std::string uid = {};
  std::string image = {};         // of the server's container, as the Pod was made with
  std::string machine = {};       // the node of Kubernetes that it is on
  std::string address = {};       // its own
  std::string revision = {};      // of the StatefulSet's template that it was made from
  bool leaving = false;           // it was deleted, and is still there
  bool held = false;              // natsctl keeps it (kHold)
  bool running = false;           // the server's container has a process
  std::string container_id = {};  // of that container: "containerd://5f0c…"
  std::string since = {};         // when it was started, for people
  int restarts = 0;               // how often the kubelet started it again by itself
  std::string trouble = {};       // why its server does not run, in the API's words
  std::string reason = {};        // the same as a word: "ImagePullBackOff", "Unschedulable"
  bool ended = false;             // its server does not run and did so before
  base::Json told = {};           // all that was said
};

Pod read_pod(const base::Json& told, const std::string& container);

// The container's process: pids are its own, so what is known is which container it is.
ProcessId process_of(const Pod& pod);

// What `nats-server --signal` calls it. A first process of a container cannot be killed from within
// it, but interrupted. Source: nats-server server/const.go, commands
const char* command_of(Signal signal);

// No image of that name can be had there, or none that can be started.
bool is_about_the_image(const Pod& pod);

struct StatefulSet {
  std::string name;
  int replicas = 0;
  std::string image = {};     // of the server's container, in the template
  std::string revision = {};  // of the template as it is; a Pod made now is of it
  bool is_observed = false;   // its controller knows the template as it is
  base::Json told = {};

  std::string selector() const;  // of its Pods: "app=nats,tier=core"
  base::Json change() const;     // the beginning of one that counts only for it as it was seen
};

StatefulSet read_stateful_set(const base::Json& told, const std::string& container);

// "nats-2" -> "nats"; "nats-2" -> 2
std::string stateful_set_of(const std::string& pod);
int ordinal_of(const std::string& pod);

// What natsctl knows of one Pod's releases: the annotation natsctl/POD of its StatefulSet, so that
// a resume on another machine finds it.
struct PodRecord {
  std::map<std::string, std::string> releases = {};  // the images that are staged, by version
  std::string active = {};                           // what start() runs
  std::string previous = {};                         // what revert() goes back to

  // What was active, if anything else was, is what revert() goes back to.
  void make_active(const std::string& version);

  bool operator==(const PodRecord&) const = default;
};

base::Result<PodRecord> read_record(const StatefulSet& set, const std::string& pod);
base::Result<PodRecord> read_record(const base::Json& object, const std::string& pod);
base::Json to_json(const PodRecord& record);
std::string record_key(const std::string& pod);

// The node's lock: a Lease of this name.
std::string lease_of(const std::string& pod);

// "$(POD_NAME).nats" with what is known. Source: kubernetes.io, "Define Dependent Environment
// Variables".
std::string expanded(std::string text, const std::map<std::string, std::string>& known);

// The update strategy that the StatefulSet had before natsctl made it OnDelete; null: it is as it
// was.
constexpr const char* kFormerStrategy = "natsctl/former-strategy";
base::Result<base::Json> former_strategy(const StatefulSet& set);

// The release whose image it is; empty: none that is staged.
std::string release_of(const PodRecord& record, const std::string& image);

// Whether a lame duck is what its preStop begins. Source: k8s/helm/charts/nats, stateful-set.
bool has_lame_duck_hook(const base::Json& container);

// A container of a Pod's or of a template's spec; null when there is none.
const base::Json& container_in(const base::Json& spec, const std::string& name);

}  // namespace exec
