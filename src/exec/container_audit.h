#pragma once

#include "exec/container.h"

#include <string>
#include <vector>

// What may be wrong with a container that runs a NATS server, and how it is set up. Pure.
namespace exec {

// Beside the container itself.
struct Surroundings {
  base::Json all;     // /containers/json?all=1
  bool held = false;  // natsctl has its restart policy switched off
};

std::vector<Concern> audit(const Container& container,
                           const plan::Node& node,
                           const Surroundings& around);

// One line for people: which engine, container and image, since when, what the engine does with it.
std::string in_words(const Container& container, const std::string& engine);

}  // namespace exec
