#pragma once

#include "base/files.h"
#include "base/result.h"
#include "contract/conf_value.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// Reads a nats-server configuration file: maps, lists, units, comments, JSON, includes and
// variables.
//
//   listen: 127.0.0.1:4222            # '=', ':' or a blank
//   cluster { name: orders, include "routes.conf" }
//   PASS: $NATS_PASS                  // a key read before, or the environment
//   authorization { user: a, password: $PASS }
//
// The first mistake ends the reading, with nats-server's own sentence. Whether a key means anything
// is decided by whoever reads the tree (broker/server/options_reader.h). Source: nats-server
// conf/parse.go; docs.nats.io/running-a-nats-service/configuration
namespace contract {

using Environment = std::function<std::optional<std::string>(const std::string&)>;

// The process's own.
Environment process_environment();

// Included files are found relative to the file that includes them.
base::Result<ConfValue> read_conf(const std::filesystem::path& file,
                                  const Environment& environment = process_environment());

// How the text of a file is had: from this machine's disk, or another's.
using ReadText = std::function<base::Result<std::string>(const std::filesystem::path&)>;

// `file` names the text in places, and its folder is where includes are looked for.
base::Result<ConfValue> parse_conf(std::string_view text,
                                   const std::filesystem::path& file,
                                   const Environment& environment = process_environment(),
                                   const ReadText& read = base::read_file);

}  // namespace contract
