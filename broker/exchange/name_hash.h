#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace broker {

// Letters and digits that stand for a name within subjects; every server makes the same of it.
// Source: nats-server server/raft.go (getHashSize)
std::string name_hash(std::string_view name, std::size_t letters);

}  // namespace broker
