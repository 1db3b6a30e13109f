#pragma once

#include "base/json.h"
#include "base/result.h"

#include <filesystem>
#include <map>
#include <string>

// DIR/container.json: what of a node's containers the engine cannot know. Replaced in one step.
namespace exec {

struct ContainerRecord {
  struct Staged {
    std::string id;     // of the image
    std::string image;  // as the plan names it; empty: of a container that was found running

    bool operator==(const Staged&) const = default;
  };

  std::map<std::string, Staged> releases;        // by version
  std::string active;                            // what start() runs
  std::string previous;                          // what revert() goes back to
  std::string container;                         // the id of the one in our care,
  std::string release;                           // and its release
  std::map<std::string, std::string> addresses;  // its own, by network, while it ran
  std::map<std::string, base::Json> restart;  // by container: the policy that natsctl switched off

  bool operator==(const ContainerRecord&) const = default;
};

// A fresh one when there is none. An unreadable one is an error.
base::Result<ContainerRecord> read_container_record(const std::filesystem::path& dir);

base::Result<void> write_container_record(const std::filesystem::path& dir,
                                          const ContainerRecord& record);

base::Result<void> remove_container_record(const std::filesystem::path& dir);

}  // namespace exec
