#pragma once

#include "exec/pod.h"

#include <string>
#include <vector>

// A Pod for a moment, in which a release's program says something: its version, or whether it takes
// a conf. Pure.
namespace exec {

// In front of an image where a program is meant: "image:nats:2.10.27".
constexpr const char* kImage = "image:";

constexpr const char* kTrialLabel = "natsctl/trial";  // on each, with the name of the Pod it is for
constexpr const char* kTrialContainer = "trial";

struct Trial {
  std::string name;
  std::string of;         // the Pod whose release it tries
  std::string container;  // of the template
  std::string image;
  std::vector<std::string> args;
  std::string machine = {};  // of Kubernetes, to be tried there; empty: where the scheduler says
};

// Like the Pods of the set (pod_like.h). It does not come back, ends by itself, and no service
// finds it: it has none of the template's labels.
base::Json trial_pod(const StatefulSet& set, const Trial& trial);

}  // namespace exec
