#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Inputs made of good ones by damage, tried for a while: what takes bytes from strangers never
// crashes on any, and what must hold of every input holds. Not guided by coverage.
//
// For FUZZ_SECONDS (2) and from FUZZ_SEED (drawn, and told first), so that a run can be repeated.
// What was found once lies in findings/TARGET, a file each, and is tried first ever after.
namespace fuzz {

struct Target {
  std::string name;
  std::vector<std::string> corpus;  // good inputs
  std::vector<std::string> words;   // what to put into them
};

// `hold` checks one input; its checks are doctest's.
void try_many(const Target& target, const std::function<void(std::string_view input)>& hold);

}  // namespace fuzz
