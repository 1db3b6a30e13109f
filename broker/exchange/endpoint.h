#pragma once

#include "broker/exchange/destination.h"
#include "broker/net/chunk.h"

#include <memory>

namespace broker {

// A connection as its own worker sees it: what the exchange delivers to. Sessions implement it.
// Threads: its worker's.
class Endpoint {
 public:
  virtual ~Endpoint() = default;

  virtual const std::shared_ptr<Destination>& destination() const = 0;

  // The place for `bytes` more bytes to this peer; they leave when the turn ends. Once closed, a
  // place whose bytes go nowhere.
  virtual Chunk& outgoing(std::size_t bytes) = 0;

  // Bytes that another worker staged, counted in the destination's pending until now.
  virtual void deliver(Chunk chunk) = 0;

  // `messages` with `bytes` of headers and payload were appended to outgoing().
  virtual void count_delivered(std::uint64_t messages, std::uint64_t bytes) = 0;

  // More was meant for it than it may keep waiting: it is a slow consumer.
  virtual void overflow() = 0;

  // A subscription of this endpoint reached its maximum and is to be removed.
  virtual void exhausted(const SubscriptionPtr& subscription) = 0;

  // The server stops: close without a word.
  virtual void shut_down() = 0;
};

}  // namespace broker
