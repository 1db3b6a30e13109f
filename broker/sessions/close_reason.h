#pragma once

#include <cstdint>
#include <string_view>

namespace broker {

// Why a connection ended: /connz?state=closed and the log say it.
// Source: nats-server server/monitor.go (ClosedState.String)
enum class CloseReason : std::uint8_t {
  client_closed,
  authentication_timeout,
  authentication_violation,
  tls_handshake_error,
  slow_consumer_pending_bytes,
  slow_consumer_write_deadline,
  write_error,
  read_error,
  parse_error,
  stale_connection,
  protocol_violation,
  bad_client_protocol_version,
  wrong_port,
  max_account_connections_exceeded,
  max_connections_exceeded,
  max_payload_exceeded,
  max_control_line_exceeded,
  max_subscriptions_exceeded,
  duplicate_route,
  route_removed,
  server_shutdown,
  authentication_expired,
  wrong_gateway,
  missing_account,
  revocation,
  internal_client,
  msg_header_violation,
  no_responders_requires_headers,
  cluster_name_conflict,
  duplicate_remote_leafnode_connection,
  duplicate_client_id,
  duplicate_server_name,
  minimum_version_required,
  cluster_names_identical,
  kicked,
};

std::string_view to_string(CloseReason reason);  // "Client Closed"

// The status that a websocket's close frame says it with.
// Source: nats-server server/websocket.go (wsEnqueueCloseMessage)
std::uint16_t farewell_status(CloseReason reason);

}  // namespace broker
