#pragma once

#include "base/result.h"
#include "exec/executor.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the script of a host (host_script.sh) answers. Pure.
namespace exec {

// Lines "name value" below the line "natsctl-host"; what stands above it is a login shell's.
class HostAnswer {
 public:
  // ErrorCode::protocol when that line is missing: what ran there was not our script.
  static base::Result<HostAnswer> read(const std::string& output);

  // Everything below the line as it is.
  const std::string& text() const { return text_; }

  std::string one(std::string_view name) const;  // empty: there is none
  std::vector<std::string> all(std::string_view name) const;

  bool says(std::string_view name) const { return one(name) == "yes"; }

  std::optional<ProcessId> process() const;  // "pid" and "start"

 private:
  std::string text_;
  std::vector<std::pair<std::string, std::string>> lines_;
};

// The answer to the verb `facts`. `dir` is the node's folder there.
Facts read_facts(const HostAnswer& answer, const plan::fs::path& dir);

// A NATS server that runs on a host, whoever started it.
struct FoundServer {
  plan::fs::path binary;
  plan::fs::path folder;               // where it works
  std::vector<std::string> command;    // its whole command line
  std::string service;                 // the systemd unit whose main process it is; empty: of none
  std::vector<plan::Address> listens;  // hosts as /proc says: "0.0.0.0" for all
};

// The answer to the verb `servers`.
std::vector<FoundServer> read_servers(const HostAnswer& answer);

// A host as the script compares it: "0100007F" for 127.0.0.1, as the kernel of a machine with this
// one's byte order writes it. Empty for a name or an IPv6 address.
std::string kernel_host(const std::string& host);

// "x86_64" -> "amd64": releases are named after Go's words.
std::string go_arch(const std::string& machine);

}  // namespace exec
