#include "broker/accounts/connection_type.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace broker {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 7> kNames = {
    "STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS", "IN_PROCESS"};

}  // namespace

std::string_view to_string(ConnectionType type) {
  return kNames[static_cast<std::size_t>(type)];
}

bool is_connection_type(std::string_view name) {
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view known) {
    return base::equals_ignoring_case(known, name);
  });
}

bool allows(const std::vector<std::string>& names, ConnectionType type) {
  return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return base::equals_ignoring_case(name, to_string(type));
         });
}

}  // namespace broker
