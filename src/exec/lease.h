#pragma once

#include "exec/executor.h"
#include "exec/kubectl.h"

#include <optional>
#include <string>

// A node's lock in Kubernetes: a Lease, made or replaced only as it was seen, so of two that come
// at once one gets it.
namespace exec {

base::Result<std::optional<Executor::Lock>> lease_lock(Kubectl& kubectl, const std::string& name);

// ErrorCode::refused while another owner's has not expired.
base::Result<void> take_lease(Kubectl& kubectl,
                              const std::string& name,
                              const Executor::Lock& lock,
                              base::WallTime now);

// Whoever has it. There is none: does nothing.
base::Result<void> remove_lease(Kubectl& kubectl, const std::string& name);

}  // namespace exec
