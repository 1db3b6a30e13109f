#pragma once

#include "exec/pod.h"

#include <filesystem>
#include <string>
#include <vector>

// The objects of a temporary server C in Kubernetes: a Secret with its conf, which also bears what
// natsctl writes down, a Service that gives it a name, and its Pod. Pure.
//
// None has a label of the StatefulSet's Pods: what selects members (a PodDisruptionBudget, that
// counts how many may be away) must not count C as one. All belong to the StatefulSet, so that they
// go with it, and are of one name.
namespace exec {

struct TemporaryPod {
  std::string name;       // of all three: "natsctl-c"
  std::string container;  // of the template, and then of the Pod
  std::string image = {};
  std::vector<std::string> args = {};
  std::filesystem::path dir = {};       // a folder of its own in the Pod
  std::vector<std::string> files = {};  // of the Secret, that lie there
};

base::Json secret_of(const StatefulSet& set, const TemporaryPod& temporary);
base::Json service_of(const StatefulSet& set, const TemporaryPod& temporary);

// Like the Pods of the set (pod_like.h). What has ended there stays so.
base::Json pod_of(const StatefulSet& set, const TemporaryPod& temporary);

}  // namespace exec
