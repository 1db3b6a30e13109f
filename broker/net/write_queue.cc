#include "broker/net/write_queue.h"

namespace broker {

namespace {

// A foreign chunk smaller than this is copied to the end of the last one: cheaper than one more
// piece to write.
constexpr std::size_t kCopyBytes = 2048;

// So many empty places at the front, and half of all, before the rest moves there.
constexpr std::size_t kMostGone = 64;

}  // namespace

Chunk& WriteQueue::tail(std::size_t bytes) {
  if (chunks() == 0) return chunks_.emplace_back();
  if (!chunks_.back().has_room(bytes)) {
    before_last_ += chunks_.back().size();
    chunks_.emplace_back();
  }
  return chunks_.back();
}

void WriteQueue::push(Chunk chunk) {
  if (chunks() > 0) {
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
  for (std::size_t i = gone_; i < chunks_.size() && count < room.size(); ++i) {
    const std::string_view bytes = chunks_[i].view().substr(offset);
    offset = 0;
    if (!bytes.empty()) room[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  return room.first(count);
}

void WriteQueue::written(std::size_t bytes) {
  first_offset_ += bytes;
  while (chunks() > 0 && first_offset_ >= chunks_[gone_].size()) {
    first_offset_ -= chunks_[gone_].size();
    if (chunks() > 1) before_last_ -= chunks_[gone_].size();
    chunks_[gone_] = Chunk();  // its memory is free for others now
    ++gone_;
    // The one that is now last counts by its own size again.
    if (chunks() == 1) before_last_ = 0;
  }
  if (gone_ == chunks_.size()) {
    chunks_.clear();
    gone_ = 0;
  } else if (gone_ >= kMostGone && gone_ * 2 >= chunks_.size()) {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(gone_));
    gone_ = 0;
  }
}

void WriteQueue::clear() {
  chunks_.clear();
  gone_ = 0;
  before_last_ = 0;
  first_offset_ = 0;
}

}  // namespace broker
