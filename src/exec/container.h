#pragma once

#include "base/json.h"
#include "exec/executor.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// What an engine says of a container and of an image. Pure.
//
// Docker and Podman answer the same question in the same form and differ in small things: Podman
// says StopSignal 12 where Docker says SIGUSR2, that a container which it stops does not run, its
// own variables among a container's, null for empty lists, and never whether an address was asked
// for. Here they are one.
namespace exec {

// /containers/NAME/json
struct Container {
  std::string id;
  std::string name = {};                  // without the slash in front
  std::string image = {};                 // the image's id: "sha256:5f0c…"
  bool running = false;                   // it has a process, also one that is ending
  bool stopping = false;                  // Podman ends it, and will not start it again
  int restarts = 0;                       // how often the engine started it again by itself
  int pid = 0;                            // of its first process, as the engine's machine counts
  std::uint64_t started = 0;              // when, in ns since 1970
  std::string started_text = {};          // the same for people
  std::vector<std::string> command = {};  // its program and arguments
  std::map<std::string, std::string> labels = {};
  base::Json told = {};  // all that was said

  bool operator==(const Container&) const = default;
};

Container read_container(const base::Json& told);

// Its first process, by when the engine started it: pids come back.
ProcessId process_of(const Container& container);

// Where one of its ports is reached, as a plan addresses it.
struct Published {
  int inside = 0;
  plan::Address outside;  // host as it was bound: "0.0.0.0" for all
};

std::vector<Published> published_ports(const Container& container);

// Its addresses in the engine's networks; none with the machine's own network, and none when it
// does not run.
std::vector<std::string> addresses_of(const Container& container);

// By network, those of its IPv4 addresses that a container like it can be given: in networks that
// somebody made.
std::map<std::string, std::string> addresses_by_network(const Container& container);

bool has_host_network(const Container& container);

// The names of its networks by which others may be given an address of their choice: those that
// somebody made. The engine's own are "bridge", "host", "none", "podman", …
bool is_own_network(const std::string& name);

// "12" -> "SIGUSR2"; "USR2" -> "SIGUSR2"; empty: the engine's default, SIGTERM.
std::string stop_signal_of(const Container& container);

// {"Name": "always", "MaximumRetryCount": 0}; "no" when it has none.
base::Json restart_policy_of(const Container& container);
bool has_restart_policy(const Container& container);  // another than "no"

// Of a Compose project; empty: it is in none. Source: compose-spec labels, pkg/api/labels.go.
struct ComposeService {
  std::string project;
  std::string service;
  std::string file;  // "/srv/shop/compose.yaml"; several with commas
};

std::optional<ComposeService> compose_of(const Container& container);

// "sha256:" in front when an engine leaves it out.
std::string image_id(const std::string& told);

// An id for people: its first twelve digits.
std::string short_id(const std::string& id);

}  // namespace exec
