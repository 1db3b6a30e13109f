#pragma once

#include "base/result.h"
#include "exec/executor.h"

#include <filesystem>
#include <optional>
#include <string>

// DIR/lock.json: which run may change the node, and until when. Reading and replacing it happens
// under a lock of the kernel (DIR/lock), so of two natsctl that come at once exactly one gets it.
namespace exec {

base::Result<std::optional<Executor::Lock>> read_lock(const std::filesystem::path& dir);

// ErrorCode::refused while another owner's lock has not expired.
base::Result<void> take_lock(const std::filesystem::path& dir,
                             const Executor::Lock& lock,
                             base::WallTime now);

// The file's text, for executors that reach it otherwise. `place` names it in errors.
std::string lock_text(const Executor::Lock& lock);
base::Result<Executor::Lock> parse_lock(const std::string& text, const std::string& place);

// ErrorCode::refused when `held` is another owner's and has not expired.
base::Result<void> may_take(const std::optional<Executor::Lock>& held,
                            const Executor::Lock& wanted,
                            base::WallTime now,
                            const std::string& place);

// Somebody else's lock stays.
base::Result<void> release_lock(const std::filesystem::path& dir, const std::string& owner);

}  // namespace exec
