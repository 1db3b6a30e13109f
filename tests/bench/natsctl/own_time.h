#pragma once

#include "run/event.h"

#include <map>
#include <string>
#include <vector>

namespace bench {

// What natsctl needed for each node by itself, out of a run's journal, in seconds: from the end of
// one of the node's steps to the begin of its next, and in the steps that neither wait for a server
// nor hold a gate. Pure.
std::map<std::string, double> own_time(const std::vector<run::Event>& events);

}  // namespace bench
