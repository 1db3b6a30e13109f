#include "broker/sessions/close_reason.h"

namespace broker {

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::client_closed:
      return "Client Closed";
    case CloseReason::authentication_timeout:
      return "Authentication Timeout";
    case CloseReason::authentication_violation:
      return "Authentication Failure";
    case CloseReason::tls_handshake_error:
      return "TLS Handshake Failure";
    case CloseReason::slow_consumer_pending_bytes:
      return "Slow Consumer (Pending Bytes)";
    case CloseReason::slow_consumer_write_deadline:
      return "Slow Consumer (Write Deadline)";
    case CloseReason::write_error:
      return "Write Error";
    case CloseReason::read_error:
      return "Read Error";
    case CloseReason::parse_error:
      return "Parse Error";
    case CloseReason::stale_connection:
      return "Stale Connection";
    case CloseReason::protocol_violation:
      return "Protocol Violation";
    case CloseReason::bad_client_protocol_version:
      return "Bad Client Protocol Version";
    case CloseReason::wrong_port:
      return "Incorrect Port";
    case CloseReason::max_account_connections_exceeded:
      return "Maximum Account Connections Exceeded";
    case CloseReason::max_connections_exceeded:
      return "Maximum Connections Exceeded";
    case CloseReason::max_payload_exceeded:
      return "Maximum Message Payload Exceeded";
    case CloseReason::max_control_line_exceeded:
      return "Maximum Control Line Exceeded";
    case CloseReason::max_subscriptions_exceeded:
      return "Maximum Subscriptions Exceeded";
    case CloseReason::duplicate_route:
      return "Duplicate Route";
    case CloseReason::route_removed:
      return "Route Removed";
    case CloseReason::server_shutdown:
      return "Server Shutdown";
    case CloseReason::authentication_expired:
      return "Authentication Expired";
    case CloseReason::wrong_gateway:
      return "Wrong Gateway";
    case CloseReason::missing_account:
      return "Missing Account";
    case CloseReason::revocation:
      return "Credentials Revoked";
    case CloseReason::internal_client:
      return "Internal Client";
    case CloseReason::msg_header_violation:
      return "Message Header Violation";
    case CloseReason::no_responders_requires_headers:
      return "No Responders Requires Headers";
    case CloseReason::cluster_name_conflict:
      return "Cluster Name Conflict";
    case CloseReason::duplicate_remote_leafnode_connection:
      return "Duplicate Remote LeafNode Connection";
    case CloseReason::duplicate_client_id:
      return "Duplicate Client ID";
    case CloseReason::duplicate_server_name:
      return "Duplicate Server Name";
    case CloseReason::minimum_version_required:
      return "Minimum Version Required";
    case CloseReason::cluster_names_identical:
      return "Cluster Names Identical";
    case CloseReason::kicked:
      return "Kicked";
  }
  return "";
}

}  // namespace broker
