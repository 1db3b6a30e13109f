#pragma once

#include "plan/plan.h"

#include <functional>
#include <vector>

namespace exec {

// Calls `work` for each node, a few at once: nodes of this machine as they come, those of another
// machine one at a time, for one connection to it is enough. Returns when all are done.
//
// Threads: `work` is called from several, but never twice at once for nodes of one other machine.
void side_by_side(const std::vector<const plan::Node*>& nodes,
                  const std::function<void(const plan::Node&)>& work);

}  // namespace exec
