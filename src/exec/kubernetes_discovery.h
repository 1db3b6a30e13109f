#pragma once

#include "exec/kubectl.h"
#include "exec/pod.h"

#include <string>
#include <vector>

// What is asked of Kubernetes before a plan knows its Pods.
namespace exec {

// A Pod of a StatefulSet whose server runs.
struct FoundPod {
  Pod pod;
  std::string container;             // the server's
  std::string host;                  // the name that its headless service gives it
  std::vector<int> ports;            // that its container says it has
  std::vector<std::string> command;  // a program and its arguments, as far as they are known
};

// The Pods of a StatefulSet, in their order; an error that says which when the server of one does
// not run. `container` is the server's; empty: the one whose name or image says nats. Changes
// nothing.
base::Result<std::vector<FoundPod>> pods_of(Kubectl& kubectl,
                                            const std::string& stateful_set,
                                            const std::string& container);

}  // namespace exec
