#pragma once

#include "broker/net/blocks.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace broker {

// A block of finished bytes for one connection, and how many messages are in it. Filled by one
// thread, then moved, never shared.
class Chunk {
 public:
  static constexpr std::size_t kFullBytes = 64 * 1024;  // a new one begins beyond this

  Chunk() = default;

  ~Chunk() {
    if (block_.bytes > 0) give_back(std::move(block_));
  }

  Chunk(Chunk&& other) noexcept { swap(other); }

  Chunk& operator=(Chunk&& other) noexcept {
    swap(other);
    return *this;
  }

  // Room for `bytes` more; the writer says with advance() how many it used.
  char* reserve(std::size_t bytes) {
    if (size_ + bytes > block_.bytes) grow(bytes);
    return block_.data.get() + size_;
  }

  void advance(std::size_t bytes) { size_ += bytes; }

  void append(std::string_view text) {
    std::memcpy(reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }

  void count_message(std::size_t payload_bytes) {
    ++messages_;
    payload_bytes_ += payload_bytes;
  }

  std::string_view view() const { return {block_.data.get(), size_}; }

  std::size_t size() const { return size_; }

  std::size_t capacity() const { return block_.bytes; }

  bool empty() const { return size_ == 0; }

  bool has_room(std::size_t bytes) const { return size_ + bytes <= kFullBytes || size_ == 0; }

  std::uint64_t messages() const { return messages_; }

  std::uint64_t payload_bytes() const { return payload_bytes_; }

  // Without its last `bytes`, which it holds.
  void shorten(std::size_t bytes) { size_ -= bytes; }

  // Empty again, the memory kept.
  void clear() {
    size_ = 0;
    messages_ = 0;
    payload_bytes_ = 0;
  }

 private:
  void grow(std::size_t bytes);

  void swap(Chunk& other) noexcept {
    std::swap(block_.data, other.block_.data);
    std::swap(block_.bytes, other.block_.bytes);
    std::swap(size_, other.size_);
    std::swap(messages_, other.messages_);
    std::swap(payload_bytes_, other.payload_bytes_);
  }

  Block block_;
  std::size_t size_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t payload_bytes_ = 0;
};

}  // namespace broker
