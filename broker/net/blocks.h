#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace broker {

// A piece of plain memory. Frees itself; give_back() keeps it for the next one.
struct Block {
  std::unique_ptr<char[]> data = {};
  std::size_t bytes = 0;
};

// Memory for bytes on their way, which every message needs for a moment.
//
// Blocks come in a few sizes and are kept: malloc gives memory of these sizes back to the system
// and takes it again each time, and a page fault costs more than copying the page. A thread keeps a
// few for itself; what it has too many of goes to a shelf that all threads share, by the half,
// since what one worker stages another one lets go of. Both hold little: after a burst the rest is
// freed. Threads: any.
Block take_block(std::size_t at_least);  // may be larger
void give_back(Block block);

}  // namespace broker
