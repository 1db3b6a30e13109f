#pragma once

#include "tests/lab/lab.h"
#include "watch/sample.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace lab {

// Three hosts with a cluster of Debian's nats-server (2.9) under Debian's unit, and a natsctl
// beside them that upgrades it to 2.10 over ssh.
class Cluster {
 public:
  Cluster();

  // A program beside the test, in the network of the hosts; its exit code and what it said.
  Said run(const std::vector<std::string>& argv) const;
  pid_t start(const std::vector<std::string>& argv) const;
  Said natsctl(const std::vector<std::string>& words) const;
  pid_t start_natsctl(const std::vector<std::string>& words) const;
  Said end_of(pid_t program) const;

  enum class Traffic { of_natsctl, of_the_test };

  // Writes the plan: what discover finds, with what only the operator knows: haste, C's place, and
  // unless the test has traffic of its own, natsctl's, with C in any case.
  void write_plan(Traffic traffic = Traffic::of_natsctl);

  std::string plan() const { return (folder_ / "plan.yaml").string(); }

  // Until the journal of the run says that a step of this action has begun at any member but the
  // first `after`; that member's place.
  std::size_t wait_for_step(const std::string& action, std::size_t after, pid_t natsctl) const;

  std::size_t size() const;
  plan::Address client(std::size_t at) const;
  std::string version(std::size_t at) const;  // empty: it does not answer
  bool restarted(std::size_t at) const;       // since the cluster was made

  // How often the unit's server was started with the new release, by its journal.
  int starts(std::size_t at) const;

  std::string on(std::size_t at, const std::string& line) const;
  void cut_power(std::size_t at) const;
  void boot(std::size_t at) const;

  // Every member serves the new release, once started with it unless its host was; no hold and no
  // lock is left.
  void check_upgraded() const;

  const Lab& hosts() const { return hosts_; }

 private:
  watch::Sample look(std::size_t at) const;

  Lab hosts_;
  support::TempDir folder_;
  std::map<std::size_t, std::string> ids_;
};

}  // namespace lab
