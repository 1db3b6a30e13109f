#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

// One figure of natsctl's own cost, how it grows with the number of servers, and what it should
// stay below.
struct Figure {
  std::string what;
  std::string unit;
  std::vector<std::pair<int, double>> by_servers;  // how many servers, and the figure; 0: none
  std::optional<double> at_most = {};  // a goal for the last of them; none: told for comparison

  bool met() const { return !at_most || by_servers.back().second <= *at_most; }
};

enum class Extent {
  all,
  watching,  // those of watching alone
  quick,     // fewer and shorter runs, which prove that each figure can be taken
};

// Each figure is told as soon as it is known.
std::vector<Figure> own_cost(Extent extent, const std::function<void(const Figure&)>& tell);

}  // namespace bench
