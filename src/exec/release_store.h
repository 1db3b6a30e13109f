#pragma once

#include "base/result.h"
#include "plan/plan.h"

#include <filesystem>
#include <string>
#include <vector>

// The releases that natsctl keeps for one node, and which of them is the active one:
//
//   DIR/releases/2.9.10/nats-server
//   DIR/releases/2.10.27/nats-server
//   DIR/current  -> releases/2.10.27     what start() runs
//   DIR/previous -> releases/2.9.10      what revert() goes back to
//
// Each change is one rename, so a crash leaves the old state or the new one. Errors name file and
// reason.
namespace exec {

class ReleaseStore {
 public:
  explicit ReleaseStore(std::filesystem::path dir) : dir_(std::move(dir)) {}

  // Copies the program beside the others; done already (same sha256): does nothing.
  base::Result<void> stage(const plan::Release& release) const;

  // The same for the program of a running process, which may have no file any more.
  base::Result<void> stage_running(int pid, const std::string& version) const;

  base::Result<void> activate(const std::string& version) const;
  base::Result<void> revert() const;

  std::string active() const;                 // a version; empty: none
  std::vector<std::string> versions() const;  // staged completely, in order of their names
  base::Result<std::filesystem::path> program(const std::string& version) const;

  // The release that this file belongs to; empty: none of ours.
  std::string release_of(const std::filesystem::path& program) const;

  base::Result<void> remove() const;

 private:
  bool is_staged(const plan::Release& release) const;

  std::filesystem::path dir_;
};

}  // namespace exec
