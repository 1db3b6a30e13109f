#pragma once

#include <string>
#include <vector>

namespace base {

// One mistake in a file that a person wrote. Readers collect every mistake before they give up:
//
//   plan.yaml:12:5: nodes[1]: unknown key 'clinet'; did you mean 'client'?
struct Problem {
  std::string file;
  int line = 0;    // from 1; 0 when the mistake has no place, such as a file that is not there
  int column = 0;  // from 1
  std::string what;
  std::string hint = {};  // what to do about it; may be empty

  std::string text() const;
};

using Problems = std::vector<Problem>;

// A line a problem, in the order of their places.
std::string to_text(const Problems& problems);

}  // namespace base
