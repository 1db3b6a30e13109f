#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Inputs made of good ones by damage, tried for a while: what takes bytes from strangers never
// crashes on any, and what must hold of every input holds. Not guided by coverage.
//
// From FUZZ_SEED (drawn, and told first), so that a run can be repeated.
// What was found once lies in findings/TARGET, a file each, and is tried first ever after.
namespace fuzz {

struct Target {
  std::string name;
  std::vector<std::string> corpus;  // good inputs
  std::vector<std::string> words;   // what to put into them
};

// `hold` checks one input; its checks are doctest's.
using Hold = std::function<void(std::string_view input)>;

// For FUZZ_SECONDS (2): what every server reads from strangers (clients, routes, leaf nodes, JWTs)
// and from operators (confs).
void try_in_depth(const Target& target, const Hold& hold);

// For a sixth of it: what stands in front of those, or behind a signature.
void try_many(const Target& target, const Hold& hold);

}  // namespace fuzz
