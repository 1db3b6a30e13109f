#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

// By which door a connection comes in. Users may be limited to some of them. Source: nats-io/jwt
// (ConnectionTypeStandard, ...)
enum class ConnectionType : std::uint8_t {
  standard,
  websocket,
  leafnode,
  leafnode_websocket,
  mqtt,
  mqtt_websocket,
  in_process,
};

// "WEBSOCKET", "LEAFNODE_WS", as allowed_connection_types has it.
std::string_view to_string(ConnectionType type);

// Whether it is the name of one, in any case.
bool is_connection_type(std::string_view name);

// Whether a list of names, in any case, lets this one in. An empty list does.
bool allows(const std::vector<std::string>& names, ConnectionType type);

}  // namespace broker
