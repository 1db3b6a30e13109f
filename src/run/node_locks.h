#pragma once

#include "base/clock.h"
#include "exec/executor.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace run {

// The lock that this run holds on every node, so that of two natsctl on two machines exactly one
// changes anything. A lock names its owner (the run), its host and when it stops to count.
//
// An orderly end releases them all. After a kill they stay: the same run takes them again when it
// is resumed, and a new run of the same host takes them over when the old one is known to be dead.
class NodeLocks {
 public:
  using Executors = std::map<std::string, std::unique_ptr<exec::Executor>>;
  using IsDead = std::function<bool(const std::string& run)>;

  // Long enough for a slow step between two renewals, short enough for a colleague who waits for a
  // dead host.
  static constexpr auto kValid = std::chrono::minutes(10);
  static constexpr auto kRenewAfter = std::chrono::minutes(1);

  // The executors and the clock outlive this.
  NodeLocks(Executors& executors, base::Clock& clock, std::string owner, std::string host)
      : executors_(executors), clock_(clock), owner_(std::move(owner)), host_(std::move(host)) {}

  // All of them, or none: refused names the node and who holds it. `is_dead` is asked of owners on
  // this host.
  base::Result<void> take_all(const IsDead& is_dead);

  // Still ours? Asked before each change of that node; renews the lock.
  base::Result<void> renew(const std::string& node);

  // While something is waited for: renews what has not been renewed for a while. A failure shows at
  // the next renew(), before the next change.
  void keep();

  void release_all();

  bool held() const { return !renewed_.empty(); }

 private:
  base::Result<void> take(const std::string& node, const IsDead& is_dead);

  Executors& executors_;
  base::Clock& clock_;
  std::string owner_;
  std::string host_;
  std::map<std::string, base::Time> renewed_;  // by node
};

}  // namespace run
