#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace support {

// Looks every few milliseconds until `condition` holds, or throws what we waited for. The deadline
// is long because test machines are busy; a passing test does not wait it out.
template <class Condition>
void eventually(const std::string& what,
                Condition condition,
                std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain: " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace support
