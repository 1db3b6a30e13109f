#pragma once

#include <string>

namespace broker {

// A new server id, different at every start: "NDJ4...". Shaped like a public key; no one has the
// private one, and nothing is ever signed with it.
std::string make_server_id();

}  // namespace broker
