#pragma once

#include "plan/plan.h"
#include "run/run_state.h"

#include <optional>
#include <string>

// Whether the cluster is still the one that a run began with. Pure.
namespace run {

// Why a member is not what the journal left it as: it answers as another server, or of another
// cluster, or runs a release that this run did not give it. Nothing: it fits, as far as it
// answers; whether a silent member is well is the gates' question.
//
//   untouched                     runs what it ran before
//   done                          runs the release
//   in hand, or on the way back   either
std::optional<std::string> misfit(const plan::Plan& plan,
                                  const RunState& state,
                                  const watch::Snapshot& now);

}  // namespace run
