#pragma once

#include "plan/cluster_view.h"
#include "playbook/step.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

// What compile() decided about the order of the members may be old when a turn comes: the leader of
// JetStream's meta group moves when its server restarts, and by itself. The word meta-leader-last
// is therefore judged again before each turn; what was decided by the other words stays. Pure.
namespace playbook {

// The members whose turns are left, in the order in which they shall come now; nothing when the
// list has that order already, when its playbook does not use the word, or when a member's steps
// are not in one piece. `begun` are the members whose turn has begun.
std::optional<std::vector<std::string>> turns_again(const Steps& steps,
                                                    const std::set<std::string>& begun,
                                                    const plan::ClusterView& view);

// The list with the turns of these members in this order; everything else stays at its place. Each
// member's steps are in one piece.
std::vector<Step> with_turns(const std::vector<Step>& list, const std::vector<std::string>& turns);

}  // namespace playbook
