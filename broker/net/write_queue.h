#pragma once

#include "broker/net/chunk.h"

#include <cstddef>
#include <span>
#include <vector>

#include <sys/uio.h>

namespace broker {

// Chunks waiting for the socket, first in first out.
class WriteQueue {
 public:
  // The chunk at the end, with room for `bytes` more: small things gather there.
  Chunk& tail(std::size_t bytes);
  void push(Chunk chunk);

  std::size_t bytes() const {
    return chunks() == 0 ? 0 : before_last_ + chunks_.back().size() - first_offset_;
  }

  std::size_t chunks() const { return chunks_.size() - gone_; }

  bool empty() const { return bytes() == 0; }

  // What one writev may take, in order, at most as many pieces as there is `room`.
  std::span<const iovec> pieces(std::span<iovec> room) const;

  // The first `bytes` are gone.
  void written(std::size_t bytes);
  void clear();

 private:
  // A vector and where it begins: a deque takes 600 bytes even for a connection that is quiet.
  std::vector<Chunk> chunks_;
  std::size_t gone_ = 0;          // so many at its front were written; the next one is the first
  std::size_t before_last_ = 0;   // bytes in all chunks but the last, which still grows
  std::size_t first_offset_ = 0;  // what the socket took of the first chunk
};

}  // namespace broker
