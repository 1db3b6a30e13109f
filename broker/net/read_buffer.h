#pragma once

#include "broker/net/blocks.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace broker {

// Bytes read and not yet understood. Starts small, grows while reads fill it, shrinks when they
// stay small: thousands of quiet connections must not hold 64 KiB each.
//
// Views into unread() live until the next room().
class ReadBuffer {
 public:
  ReadBuffer() = default;
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;
  ~ReadBuffer();

  static constexpr std::size_t kLeastBytes = 512;
  static constexpr std::size_t kBatchBytes = 64 * 1024;  // one read; larger gained nothing

  std::string_view unread() const { return {block_.data.get() + begin_, end_ - begin_}; }

  void consume(std::size_t bytes);  // <= unread().size()

  // A place for the next read. `wanted`: how long the operation is that unread() begins, when
  // known, so that a large payload is gathered in one piece; 0 otherwise.
  std::span<char> room(std::size_t wanted);
  void filled(std::size_t bytes);  // so many were read into room()

 private:
  void move_to(std::size_t capacity);

  Block block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t aim_ = kLeastBytes;  // capacity when nothing large is under way
  int small_reads_ = 0;
};

}  // namespace broker
