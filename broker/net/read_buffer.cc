#include "broker/net/read_buffer.h"

#include <algorithm>
#include <cstring>

namespace broker {

namespace {

// So many small reads in a row before the buffer shrinks.
// Source: nats-server server/client.go (shortsToShrink)
constexpr int kSmallReadsToShrink = 2;

}  // namespace

void ReadBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

std::span<char> ReadBuffer::room(std::size_t wanted) {
  const std::size_t unread = end_ - begin_;
  const std::size_t needed = std::max(wanted, unread + 1);
  if (unread == 0 && capacity_ != aim_ && wanted <= aim_) {
    move_to(aim_);  // something large is over, or the aim moved
  } else if (needed > capacity_) {
    // A control line that does not end doubles the buffer; a payload says how much it needs.
    move_to(wanted > 0 ? std::max(wanted, aim_) : std::max(aim_, capacity_ * 2));
  } else if (begin_ > 0 && begin_ + std::max(wanted, unread + aim_ / 2) > capacity_) {
    move_to(capacity_);
  }
  return {data_.get() + end_, capacity_ - end_};
}

void ReadBuffer::filled(std::size_t bytes) {
  const bool full = end_ + bytes == capacity_;
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
  if (capacity == capacity_) {
    std::memmove(data_.get(), bytes.data(), bytes.size());
  } else {
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    if (!bytes.empty()) std::memcpy(data.get(), bytes.data(), bytes.size());
    data_ = std::move(data);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = bytes.size();
}

}  // namespace broker
