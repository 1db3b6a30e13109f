#pragma once

#include "base/result.h"
#include "plan/plan.h"
#include "watch/watcher.h"

#include <map>
#include <string>
#include <vector>

// How evenly clients are spread over servers, and what would even them out. All but the first two
// are pure.
namespace actions {

using Load = std::map<std::string, int>;  // clients by node

// The clients of a node that are to be spread, asked now: those that may be closed but for
// natsctl's own, which are gone in a moment.
base::Result<std::vector<contract::ConnInfo>> clients_to_spread(const watch::Watcher& watcher,
                                                                const std::string& node);

// How many they are, by member of one cluster: to another cluster they cannot go. Every member must
// answer: what is not known cannot be evened out.
base::Result<Load> clients_by_node(const watch::Watcher& watcher,
                                   const plan::Plan& plan,
                                   const std::string& cluster);

struct Spread {
  int total = 0;
  int most = 0;
  double mean = 0;

  double max_over_mean() const { return mean > 0 ? most / mean : 1; }
};

Spread spread_of(const Load& load);

// Why clients that are less even than wanted cannot be more even than they are: there is one server
// only, or one client more or less decides, as with 4 clients on 3 servers. Empty: they can, or
// need not.
std::string why_not_more_even(const Load& load, double wanted);

// By how much each server is above the mean, rounded up; those that are not are left out.
Load excess(const Load& load);

// "n1 34, n2 35, n3 21: the fullest holds 1.17 times the mean"
std::string in_words(const Load& load);

}  // namespace actions
