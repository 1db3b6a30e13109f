#include "broker/subjects/match_cache.h"

namespace broker {

const Match& MatchCache::find(std::string_view subject) {
  // Before asking: an answer may be newer than the generation it is kept under, never older.
  const std::uint64_t generation = tree_.generation();
  if (generation != generation_ || answers_.size() >= kMostSubjects) {
    answers_.clear();
    generation_ = generation;
  }
  const auto found = answers_.find(subject);
  if (found != answers_.end()) return found->second;
  return answers_.emplace(std::string(subject), tree_.match(subject)).first->second;
}

}  // namespace broker
