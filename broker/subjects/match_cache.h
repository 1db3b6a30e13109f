#pragma once

#include "broker/subjects/subject_tree.h"

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
  const Match& find(std::string_view subject);

 private:
  struct Hash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  const SubjectTree& tree_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::string, Match, Hash, std::equal_to<>> answers_;
};

}  // namespace broker
