#include "broker/net/chunk.h"

#include <algorithm>

namespace broker {

void Chunk::grow(std::size_t bytes) {
  const std::size_t needed = size_ + bytes;
  Block larger = take_block(std::max(needed, std::min(block_.bytes * 2, kFullBytes)));
  if (size_ > 0) std::memcpy(larger.data.get(), block_.data.get(), size_);
  std::swap(block_.data, larger.data);
  std::swap(block_.bytes, larger.bytes);
  if (larger.bytes > 0) give_back(std::move(larger));
}

}  // namespace broker
