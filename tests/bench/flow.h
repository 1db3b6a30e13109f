#pragma once

#include "tests/bench/frames.h"
#include "tests/bench/numbers.h"
#include "tests/bench/peer.h"

#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

// Publishers that say their blocks as fast as the server takes them, and subscribers that count.
//
// What is on its way is held to `window` bytes, so that no server has to send anyone away as a slow
// consumer, and all of them work under the same conditions. Every message must arrive: a run ends
// when all bytes are there, and throws when some are missing or too many.
struct Flow {
  struct Source {
    Peer* peer = nullptr;
    std::vector<Block> blocks = {};
    std::size_t next = 0;     // the block in hand
    std::size_t written = 0;  // of it
    bool begun = false;       // a block, which is then said to its end
  };

  std::vector<Source> sources = {};
  std::vector<Peer*> sinks = {};
  std::size_t sink_bytes = 0;  // what all sinks together get for one published message
  std::size_t copies = 1;      // how many messages that is
  std::size_t window = 4 * 1024 * 1024;

  // Publishes for `time`, then waits for what is on its way. Throughput and CPU are those of
  // delivered messages; of published ones when there are no sinks.
  Numbers run(std::chrono::nanoseconds time, const std::vector<pid_t>& servers);
};

}  // namespace bench
