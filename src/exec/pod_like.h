#pragma once

#include "exec/pod.h"

#include <string>

// What a Pod of natsctl's own has of those of a StatefulSet: the template's conf and secrets,
// variables, pull secrets and place; none of its claims to storage, since that is the servers'
// alone, and no token. Pure.
namespace exec {

struct PodLike {
  base::Json container;  // without a name, an image and arguments
  base::Json spec;       // without containers
};

PodLike pod_like(const StatefulSet& set, const std::string& container);

}  // namespace exec
