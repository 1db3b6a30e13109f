#pragma once

#include "plan/cluster_view.h"
#include "plan/plan.h"
#include "playbook/playbook.h"
#include "playbook/step.h"

// A plan, a playbook and what the cluster shows become the list of steps that everything else
// reads. Pure: the same three give the same steps, byte by byte.
namespace playbook {

// The steps of an upgrade. A member that runs the release already is skipped, and it is said why;
// the temporary node is used or not as the plan says, or as the forecast of both ways suggests.
//
// Ids are "NODE/ACTION" or "cluster/ACTION", numbered from 2 where one would stand twice; hooks are
// "NODE/before-1", "NODE/after-1", steps of recovery "recover/NODE/ACTION".
Steps compile(const plan::Plan& plan, const Playbook& playbook, const plan::ClusterView& view);

// The same with the temporary node decided by the caller. Without a temporary node in the plan or
// the playbook there is none.
enum class Temp { with, without };
Steps compile_as(const plan::Plan& plan,
                 const Playbook& playbook,
                 const plan::ClusterView& view,
                 Temp temp);

}  // namespace playbook
