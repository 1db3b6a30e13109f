#pragma once

#include "broker/net/event_loop.h"

#include <cstddef>

namespace broker {

// Gives memory back to the system after a burst. malloc does so by itself only at the end of its
// heaps: one small thing that lives on there holds all that was freed before it.
//
// Every few seconds it compares what the system has given us with what is in use, and trims when
// that is much more than a trim could not help. So neither a quiet broker nor a busy one pays.
// Threads: the loop's, which serves no connections: trimming may take milliseconds.
class MemoryKeeper {
 public:
  explicit MemoryKeeper(EventLoop& loop) : timer_(loop) {}

  void start();

 private:
  void look();

  Timer timer_;
  std::size_t stuck_ = 0;  // unused bytes that the last trim has left
};

}  // namespace broker
