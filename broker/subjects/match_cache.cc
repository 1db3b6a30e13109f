#include "broker/subjects/match_cache.h"

namespace broker {

const Match& MatchCache::look_up(std::string_view subject) {
  // Before asking: an answer may be newer than the generation it is kept under, never older.
  const std::uint64_t generation = tree_.generation();
  if (generation != generation_ || answers_.size() >= kMostSubjects) {
    last_ = nullptr;
    answers_.clear();
    generation_ = generation;
  }
  auto found = answers_.find(subject);
  if (found == answers_.end())
    found = answers_.emplace(std::string(subject), tree_.match(subject)).first;
  last_ = &*found;
  return found->second;
}

}  // namespace broker
