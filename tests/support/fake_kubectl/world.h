#pragma once

#include "base/files.h"
#include "base/json.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// What the fake Kubernetes knows, as files of a folder: FOLDER/pods/nats-0.json. FOLDER/images.json
// says which program an image has. One process at a time works with it.
namespace fake {

class World {
 public:
  explicit World(std::filesystem::path folder);

  std::optional<base::Json> find(const std::string& kind, const std::string& name) const;
  std::vector<base::Json> all(const std::string& kind) const;
  base::Json write(const std::string& kind, base::Json object);  // with its new version
  void erase(const std::string& kind, const std::string& name);

  // What controllers and kubelets do by themselves: missing Pods are made, what has ended is
  // started again, what was deleted and has ended goes.
  void work();

  void end_pod(base::Json pod, const base::Json& grace);
  void signal(const base::Json& pod, int number) const;
  std::string log_of(const base::Json& pod) const;
  void end_all();  // every server of it is gone when this returns

 private:
  void work_on(const base::Json& set);
  void look_at(base::Json pod);
  void run(base::Json pod);
  void mount_secrets(const base::Json& pod) const;
  std::filesystem::path file_of(const std::string& kind, const std::string& name) const;
  std::string program_of(const base::Json& pod) const;

  std::filesystem::path folder_;
  base::FileLock alone_;
};

// A merge patch; lists of things with names are merged by these.
base::Json merged(const base::Json& object, const base::Json& change);

}  // namespace fake
