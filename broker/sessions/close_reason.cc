#include "broker/sessions/close_reason.h"

#include <array>

namespace broker {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 35> kNames = {
    "Client Closed",
    "Authentication Timeout",
    "Authentication Failure",
    "TLS Handshake Failure",
    "Slow Consumer (Pending Bytes)",
    "Slow Consumer (Write Deadline)",
    "Write Error",
    "Read Error",
    "Parse Error",
    "Stale Connection",
    "Protocol Violation",
    "Bad Client Protocol Version",
    "Incorrect Port",
    "Maximum Account Connections Exceeded",
    "Maximum Connections Exceeded",
    "Maximum Message Payload Exceeded",
    "Maximum Control Line Exceeded",
    "Maximum Subscriptions Exceeded",
    "Duplicate Route",
    "Route Removed",
    "Server Shutdown",
    "Authentication Expired",
    "Wrong Gateway",
    "Missing Account",
    "Credentials Revoked",
    "Internal Client",
    "Message Header Violation",
    "No Responders Requires Headers",
    "Cluster Name Conflict",
    "Duplicate Remote LeafNode Connection",
    "Duplicate Client ID",
    "Duplicate Server Name",
    "Minimum Version Required",
    "Cluster Names Identical",
    "Kicked",
};

static_assert(kNames.size() == static_cast<std::size_t>(CloseReason::kicked) + 1);

}  // namespace

std::string_view to_string(CloseReason reason) {
  const auto at = static_cast<std::size_t>(reason);
  return at < kNames.size() ? kNames[at] : std::string_view();
}

}  // namespace broker
