#pragma once

#include <functional>

namespace support {

// Runs `work` in a network namespace of its own, which has a loopback and nothing else, so that
// servers may listen on every address there. What it starts must end with it. What it throws, this
// throws. False: this machine does not let us, and nothing ran.
bool in_own_network(const std::function<void()>& work);

}  // namespace support
