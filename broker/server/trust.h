#pragma once

#include "broker/server/options.h"

#include <string>
#include <vector>

namespace broker {

// What does not go together in the keys about trust, in nats-server's words and order.
// Source: nats-server server/jwt.go (validateTrustedOperators)
base::Result<void> validate_trust(const Options& options);

// What the log says of operators and preloaded accounts at the start.
std::vector<std::string> trust_lines(const TrustOptions& trust);

struct PreloadIssues {
  std::string account = {};
  Issues issues = {};
};

// The preloaded accounts whose claims cannot be used now.
std::vector<PreloadIssues> preload_issues(const TrustOptions& trust, std::int64_t now);

}  // namespace broker
