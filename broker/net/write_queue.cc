#include "broker/net/write_queue.h"

namespace broker {

namespace {

// A foreign chunk smaller than this is copied to the end of the last one: cheaper than one more
// piece to write.
constexpr std::size_t kCopyBytes = 2048;

}  // namespace

Chunk& WriteQueue::tail(std::size_t bytes) {
  if (chunks_.empty()) return chunks_.emplace_back();
  if (!chunks_.back().has_room(bytes)) {
    before_last_ += chunks_.back().size();
    chunks_.emplace_back();
  }
  return chunks_.back();
}

void WriteQueue::push(Chunk chunk) {
  if (!chunks_.empty()) {
    if (chunk.size() < kCopyBytes && chunks_.back().has_room(chunk.size())) {
      chunks_.back().append(chunk.view());
      return;
    }
    before_last_ += chunks_.back().size();
  }
  chunks_.push_back(std::move(chunk));
}

std::span<const iovec> WriteQueue::pieces(std::span<iovec> room) const {
  std::size_t count = 0;
  std::size_t offset = first_offset_;
  for (const Chunk& chunk : chunks_) {
    if (count == room.size()) break;
    const std::string_view bytes = chunk.view().substr(offset);
    offset = 0;
    if (!bytes.empty()) room[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  return room.first(count);
}

void WriteQueue::written(std::size_t bytes) {
  first_offset_ += bytes;
  while (!chunks_.empty() && first_offset_ >= chunks_.front().size()) {
    first_offset_ -= chunks_.front().size();
    if (chunks_.size() > 1) before_last_ -= chunks_.front().size();
    chunks_.pop_front();
    // The one that is now last counts by its own size again.
    if (chunks_.size() == 1) before_last_ = 0;
  }
}

void WriteQueue::clear() {
  chunks_.clear();
  before_last_ = 0;
  first_offset_ = 0;
}

}  // namespace broker
