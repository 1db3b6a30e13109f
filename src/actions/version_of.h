#pragma once

#include "base/result.h"
#include "plan/plan.h"

#include <filesystem>
#include <string>

// What a server program says of itself, asked by running it here.
namespace actions {

// "nats-server: v2.10.27" -> "2.10.27". An error when it does not run or says something else.
base::Result<std::string> version_of(const std::filesystem::path& binary);

// The release that the temporary node runs: the plan's, or the program named for it.
base::Result<plan::Release> release_of_temp(const plan::Plan& plan);

}  // namespace actions
