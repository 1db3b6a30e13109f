#pragma once

#include "tests/bench/verdict.h"

#include <string>
#include <vector>

namespace bench {

// The releases' names, ours first: "nats-broker", "nats-server 2.9.10".
using Names = std::vector<std::string>;

// For a terminal, while it goes on.
std::string plain_text(const Outcome& outcome, const Names& names);

// Markdown: one row a scenario with the ratios and whether the goals are met; and every figure.
std::string ratio_table(const std::vector<Outcome>& outcomes);
std::string figure_table(const std::vector<Outcome>& outcomes, const Names& names);

// "2 cores of AMD EPYC, 23 GiB, Linux 6.1.0; load average 3.2 when it began."
std::string machine();

}  // namespace bench
