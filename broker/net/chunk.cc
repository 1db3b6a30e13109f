#include "broker/net/chunk.h"

#include <algorithm>
#include <array>
#include <vector>

namespace broker {

namespace {

// Blocks come in three sizes and are kept by the thread that let go of them: every message on its
// way needs one, and malloc gives memory of this size back to the system and takes it again each
// time.
struct SizeClass {
  std::size_t bytes;
  std::size_t most_kept;
};

constexpr std::array<SizeClass, 3> kClasses = {
    {{1024, 1024}, {8 * 1024, 256}, {Chunk::kFullBytes, 64}}};

using Kept = std::array<std::vector<std::unique_ptr<char[]>>, kClasses.size()>;

Kept& kept() {
  thread_local Kept blocks;
  return blocks;
}

}  // namespace

Chunk::~Chunk() {
  if (data_ == nullptr) return;
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    if (capacity_ != kClasses[i].bytes) continue;
    auto& blocks = kept()[i];
    if (blocks.size() < kClasses[i].most_kept) blocks.push_back(std::move(data_));
    return;
  }
}

void Chunk::grow(std::size_t bytes) {
  const std::size_t needed = size_ + bytes;
  Chunk larger;
  larger.capacity_ = std::max(needed, capacity_ * 2);
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    if (needed > kClasses[i].bytes) continue;
    larger.capacity_ = kClasses[i].bytes;
    auto& blocks = kept()[i];
    if (!blocks.empty()) {
      larger.data_ = std::move(blocks.back());
      blocks.pop_back();
    }
    break;
  }
  if (larger.data_ == nullptr)
    larger.data_ = std::make_unique_for_overwrite<char[]>(larger.capacity_);
  if (size_ > 0) std::memcpy(larger.data_.get(), data_.get(), size_);
  std::swap(data_, larger.data_);  // the old block goes back where it came from
  std::swap(capacity_, larger.capacity_);
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): ~Chunk() keeps the block

}  // namespace broker
