#pragma once

#include "plan/shape.h"

// The tables of every map in plan.yaml.
namespace plan {

const Shape<Plan>& plan_shape();
const Shape<Release>& release_shape();
const Shape<Node>& node_shape();
const Shape<Node>& defaults_shape();  // a node's, without what must differ
const Shape<TempNode>& temp_node_shape();
const Shape<Policy>& policy_shape();
const Shape<Probe>& probe_shape();
const Shape<Access>& access_shape();
const Shape<Hooks>& hooks_shape();

// A node and the temporary node: `defaults` merged in, and what follows from other fields filled
// in.
Codec<Node> node_value();
Codec<TempNode> temp_node_value();

}  // namespace plan
