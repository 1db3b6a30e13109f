#pragma once

#include "base/result.h"
#include "exec/executor.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// DIR/server.json: the process that natsctl started for a node, or took into its care. It finds a
// server again that listens nowhere any more, as in lame duck, and carries what a restart needs
// beside the plan.
namespace exec {

struct ProcessRecord {
  ProcessId id;
  std::string release;           // its version
  std::filesystem::path folder;  // where it works
  // Of an adopted server: a conf may name variables of it. Absent: natsctl's own.
  std::optional<std::vector<std::string>> environment;
};

// Empty when there is none. An unreadable one is an error.
base::Result<std::optional<ProcessRecord>> read_record(const std::filesystem::path& dir);

// Readable by its owner only: an environment may hold secrets.
base::Result<void> write_record(const std::filesystem::path& dir, const ProcessRecord& record);

}  // namespace exec
