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

std::uint16_t farewell_status(CloseReason reason) {
  constexpr std::uint16_t kNormal = 1000;
  constexpr std::uint16_t kGoingAway = 1001;
  constexpr std::uint16_t kProtocolError = 1002;
  constexpr std::uint16_t kPolicyViolation = 1008;
  constexpr std::uint16_t kTooBig = 1009;
  constexpr std::uint16_t kServerError = 1011;
  constexpr std::uint16_t kTlsHandshake = 1015;
  switch (reason) {
    case CloseReason::client_closed:
      return kNormal;
    case CloseReason::authentication_timeout:
    case CloseReason::authentication_violation:
    case CloseReason::slow_consumer_pending_bytes:
    case CloseReason::slow_consumer_write_deadline:
    case CloseReason::max_account_connections_exceeded:
    case CloseReason::max_connections_exceeded:
    case CloseReason::max_control_line_exceeded:
    case CloseReason::max_subscriptions_exceeded:
    case CloseReason::missing_account:
    case CloseReason::authentication_expired:
    case CloseReason::revocation:
      return kPolicyViolation;
    case CloseReason::tls_handshake_error:
      return kTlsHandshake;
    case CloseReason::parse_error:
    case CloseReason::protocol_violation:
    case CloseReason::bad_client_protocol_version:
      return kProtocolError;
    case CloseReason::max_payload_exceeded:
      return kTooBig;
    case CloseReason::write_error:
    case CloseReason::read_error:
    case CloseReason::stale_connection:
    case CloseReason::server_shutdown:
      return kGoingAway;
    default:
      return kServerError;
  }
}

}  // namespace broker
