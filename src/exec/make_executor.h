#pragma once

#include "exec/executor.h"

#include <functional>
#include <memory>

namespace exec {

// For every node of a plan: the executor its spec asks for. Reaches nothing yet.
std::unique_ptr<Executor> make_executor(const plan::Node& node);

// Reads files where the node's server does: this machine's disk, or its host's.
std::function<base::Result<std::string>(const plan::fs::path&)> reader_for(const plan::Node& node);

}  // namespace exec
