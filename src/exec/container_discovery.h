#pragma once

#include "exec/container.h"
#include "exec/engine.h"

#include <string>
#include <vector>

// What is asked of an engine before a plan knows its containers.
namespace exec {

// A running container that may have a NATS server.
struct FoundContainer {
  Container container;
  std::string image;                   // as it was named when the container was made
  plan::fs::path folder;               // where its program works
  std::vector<plan::Address> listens;  // where its ports are reached from this machine
};

// The containers of a Compose project, in the order of their names. Stopped ones are left out, and
// so are those that natsctl keeps as the way back. Changes nothing.
base::Result<std::vector<FoundContainer>> containers_of(Engine& engine, const std::string& project);

// One by its name. ErrorCode::refused when it does not run.
base::Result<FoundContainer> find_container(Engine& engine, const std::string& name);

}  // namespace exec
