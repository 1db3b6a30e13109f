#pragma once

#include "broker/subjects/subject_tree.h"
#include "broker/subjects/text_hash.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace broker {

// One thread's recent answers of one tree, good while the tree's generation stands.
// Threads: one.
class MatchCache {
 public:
  static constexpr std::size_t kMostSubjects = 4096;  // then it starts afresh

  explicit MatchCache(const SubjectTree& tree) : tree_(tree) {}

  // Valid until the next find().
  const Match& find(std::string_view subject) {
    // A publisher often says many messages on one subject: then no hash is needed.
    if (last_ != nullptr && tree_.generation() == generation_ && last_->first == subject)
      return last_->second;
    return look_up(subject);
  }

 private:
  using Answers = std::unordered_map<std::string, Match, TextHash, std::equal_to<>>;

  const Match& look_up(std::string_view subject);

  const SubjectTree& tree_;
  std::uint64_t generation_ = 0;
  Answers answers_;
  const Answers::value_type* last_ = nullptr;  // of answers_; null: none
};

}  // namespace broker
