#pragma once

#include "base/problem.h"
#include "base/yaml.h"

#include <map>
#include <string>

namespace plan {

// Where each field of a plan stands in its file, so that what is found later (plan_check.h) still
// points there. A field is named by its path in the plan: "release.binary", "nodes[1].client". A
// value that came from `defaults` points into `defaults`.
class Places {
 public:
  explicit Places(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }

  void note(const std::string& path, base::Place place) { at_[path] = place; }

  bool knows(const std::string& path) const { return at_.contains(path); }

  // At that field; when it is not in the file, at the nearest thing around it that is.
  base::Problem problem(const std::string& path,
                        const std::string& what,
                        std::string hint = "") const;

 private:
  std::string file_;
  std::map<std::string, base::Place> at_;
};

}  // namespace plan
