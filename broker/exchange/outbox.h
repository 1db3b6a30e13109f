#pragma once

#include "broker/exchange/destination.h"
#include "broker/net/chunk.h"
#include "broker/net/event_loop.h"

#include <cstddef>
#include <memory>
#include <vector>

// One worker's deliveries to connections of other workers, staged until the turn ends. Connections
// of our own worker are written to directly, so that an answer to a PING follows every delivery
// before it.
//
// At the end of a turn everything for one other worker leaves as one letter, which wakes it at most
// once. Messages of one publisher to one destination keep their order: they are staged in one place
// and letters are read in the order of sending.
//
// Memory: what is staged counts as pending of its destination. Beyond max_pending nothing more is
// staged: the destination is told to close, as a slow consumer. Threads: its worker's.
namespace broker {

class Worker;

// A part of a letter between workers.
struct Delivery {
  std::shared_ptr<Destination> to = {};
  Chunk chunk = {};
  bool overflow = false;  // more was meant for it than max_pending: it is a slow consumer
};

class Outbox : private TurnWork {
 public:
  Outbox(Worker& worker, unsigned workers) : worker_(worker), letters_(workers) {}

  // Where to append `bytes` for `to`, who lives on another worker; null when it is too full for any
  // more. Valid until the next call.
  Chunk* stage(const std::shared_ptr<Destination>& to, std::size_t bytes);

  // Everything staged leaves now. The end of the turn does it; who writes to a socket before must
  // do it first.
  void flush();

  // Someone written to is so full that the producer should pause.
  void note_congestion() { congested_ = true; }

  // Whether that happened since the last call.
  bool take_congestion() { return std::exchange(congested_, false); }

 private:
  void at_turn_end() override { flush(); }

  Worker& worker_;
  std::vector<std::vector<Delivery>> letters_;  // by worker
  bool congested_ = false;
};

}  // namespace broker
