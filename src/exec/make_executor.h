#pragma once

#include "contract/conf_parser.h"
#include "exec/executor.h"

#include <functional>
#include <memory>

namespace exec {

// For every node of a plan: the executor its spec asks for. Reaches nothing yet.
std::unique_ptr<Executor> make_executor(const plan::Node& node);

// Reads files where the node's server does: this machine's disk, or its host's.
std::function<base::Result<std::string>(const plan::fs::path&)> reader_for(const plan::Node& node);

// The variables that a conf of the node's server may use: of a Pod its container's, else our own.
base::Result<contract::Environment> environment_for(const plan::Node& node);

}  // namespace exec
