#pragma once

#include "broker/protocol/operations.h"

#include <string_view>

// The arguments of each operation: what stands on its control line after the verb.
namespace broker {

// Fills `op` from `arguments`; false when their count or a number is wrong. Of messages,
// `body_bytes` is how much follows the line.
bool read_client_arguments(std::string_view arguments, Operation& op, std::size_t& body_bytes);
bool read_route_arguments(std::string_view arguments, Operation& op, std::size_t& body_bytes);
bool read_leaf_arguments(std::string_view arguments, Operation& op, std::size_t& body_bytes);

}  // namespace broker
