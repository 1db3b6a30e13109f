#pragma once

#include <string>

namespace broker {

// "10.1.0.0/16", "fd00::/8".
bool is_network(const std::string& text);

// Whether an address is of that network; false when one of them is none.
bool network_contains(const std::string& network, const std::string& address);

}  // namespace broker
