#pragma once

#include "plan/plan.h"

#include <functional>
#include <vector>

namespace actions {

// Calls `work` for each node: one at a time on each machine, a few machines at once. Returns when
// all are done. With nodes of this machine only that is one after the other, in the given order.
//
// Threads: `work` is called from several, but never twice at once for nodes of one machine.
void side_by_side(const std::vector<const plan::Node*>& nodes,
                  const std::function<void(const plan::Node&)>& work);

}  // namespace actions
