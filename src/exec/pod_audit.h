#pragma once

#include "exec/pod.h"

#include <optional>
#include <string>
#include <vector>

// What may be wrong with a StatefulSet that runs NATS servers, and how it is set up. Pure.
namespace exec {

// Beside the StatefulSet and the Pod themselves.
struct PodSurroundings {
  std::vector<Pod> pods;           // all of the StatefulSet's
  base::Json budgets = {};         // PodDisruptionBudgets of the namespace: the items
  plan::Policy::Drain drain = {};  // what the server's conf says
  bool has_jetstream = false;      // the same
  bool is_reachable = true;        // the node's client port, from here
  base::Json rights = {};          // a SelfSubjectRulesReview's status
};

std::vector<Concern> audit(const StatefulSet& set,
                           const std::optional<Pod>& pod,
                           const plan::Node& node,
                           const PodSurroundings& around);

// What natsctl needs and may not do there: "patch statefulsets.apps, create pods"; empty: nothing,
// or nobody can tell.
std::string missing_rights(const base::Json& rights, bool with_exec);
std::string missing_rights_for_temporary(const base::Json& rights);  // of C, in a Pod of its own

// How many of `replicas` a budget lets go at once; absent: it does not say.
std::optional<int> allowed_by(const base::Json& budget, int replicas);

// One line for people: which Pod, image and machine, since when, what makes it.
std::string in_words(const StatefulSet& set,
                     const std::optional<Pod>& pod,
                     const std::string& place);

// What a person changes, so that the next rollout does not bring the old image back.
std::string source_to_change(const StatefulSet& set);

}  // namespace exec
