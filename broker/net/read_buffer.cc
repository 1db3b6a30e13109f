#include "broker/net/read_buffer.h"

#include <algorithm>
#include <cstring>

namespace broker {

namespace {

// So many small reads in a row before the buffer shrinks.
// Source: nats-server server/client.go (shortsToShrink)
constexpr int kSmallReadsToShrink = 2;

// From here on buffers are blocks, kept for whoever needs one next.
constexpr std::size_t kBlockBytes = 64 * 1024;

Block make(std::size_t bytes) {
  if (bytes >= kBlockBytes) return take_block(bytes);
  return {std::make_unique_for_overwrite<char[]>(bytes), bytes};
}

}  // namespace

ReadBuffer::~ReadBuffer() {
  if (block_.bytes >= kBlockBytes) give_back(std::move(block_));
}

void ReadBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

std::span<char> ReadBuffer::room(std::size_t wanted) {
  const std::size_t unread = end_ - begin_;
  const std::size_t needed = std::max(wanted, unread + 1);
  if (unread == 0 && block_.bytes != aim_ && wanted <= aim_) {
    move_to(aim_);  // something large is over, or the aim moved
  } else if (needed > block_.bytes) {
    // A control line that does not end doubles the buffer; a payload says how much it needs.
    move_to(wanted > 0 ? std::max(wanted, aim_) : std::max(aim_, block_.bytes * 2));
  } else if (begin_ > 0 && begin_ + std::max(wanted, unread + aim_ / 2) > block_.bytes) {
    move_to(block_.bytes);
  }
  return {block_.data.get() + end_, block_.bytes - end_};
}

void ReadBuffer::filled(std::size_t bytes) {
  const bool full = end_ + bytes == block_.bytes;
  end_ += bytes;
  if (full && aim_ < kBatchBytes) {
    aim_ *= 2;
    small_reads_ = 0;
  } else if (bytes < aim_ / 2 && aim_ > kLeastBytes) {
    if (++small_reads_ > kSmallReadsToShrink) {
      aim_ /= 2;
      small_reads_ = 0;
    }
  } else {
    small_reads_ = 0;
  }
}

void ReadBuffer::move_to(std::size_t capacity) {
  const std::string_view bytes = unread();
  if (capacity <= block_.bytes && !bytes.empty()) {
    std::memmove(block_.data.get(), bytes.data(), bytes.size());
  } else {
    Block block = make(capacity);  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): it owns it
    if (!bytes.empty()) std::memcpy(block.data.get(), bytes.data(), bytes.size());
    std::swap(block_.data, block.data);
    std::swap(block_.bytes, block.bytes);
    if (block.bytes >= kBlockBytes) give_back(std::move(block));
  }
  begin_ = 0;
  end_ = bytes.size();
}

}  // namespace broker
