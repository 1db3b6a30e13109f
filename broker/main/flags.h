#pragma once

#include "base/result.h"
#include "broker/server/options.h"

#include <string>
#include <utility>
#include <vector>

// nats-server's command line, by the rules of Go's flag package: -x is --x for every flag, a value
// follows as "-f v" or "-f=v", switches take a value only with '=', and the first word that is no
// flag ends them. (CLI11 has other rules for each of these, so this is by hand.)
// Source: pkg.go.dev/flag; nats-server main.go, server/opts.go (ConfigureOptions)
namespace broker {

struct CommandLine {
  enum class Wanted { serve, test_conf, send_signal, show_version, show_usage, show_tls_help };

  Wanted wanted = Wanted::serve;
  std::string config_file = {};
  std::string signal = {};  // "ldm=1234"

  // Flags and values in the order given, for apply_flags().
  std::vector<std::pair<std::string, std::string>> flags = {};
};

// What is wrong with it: ErrorCode::invalid for a flag that cannot be read, after which nats-server
// shows its usage and ends with 0; ErrorCode::refused for a word it does not know, which ends
// with 1.
base::Result<CommandLine> read_command_line(const std::vector<std::string>& arguments);

// Flags win over the configuration file: apply them after it.
base::Result<void> apply_flags(const CommandLine& line, Options& options);

// The flags of nats-server that were given and mean nothing to this broker: "-js". People are told.
std::vector<std::string> flags_without_effect(const CommandLine& line);

}  // namespace broker
