#pragma once

#include "base/clock.h"
#include "exec/executor.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace run {

// Who holds a lock: a run, and the process that carries it out. Two natsctl may have the same run,
// from a copied state folder.
struct LockOwner {
  std::string run;
  std::string process;  // "4711.123456", its pid and start; empty: not known
  std::string host;

  std::string text() const { return process.empty() ? run : run + "/" + process; }

  static LockOwner parse(const std::string& text);  // without the host
};

// The lock that this run holds on every node, so that of two natsctl on two machines exactly one
// changes anything. A lock names its owner (the run), its host and when it stops to count.
//
// An orderly end releases them all. After a kill they stay, until they run out. Before that they
// are taken over from a dead natsctl whose run is in our own state folder; from one whose run is
// somewhere else, and from one on another host, which may be alive, only when a person says so.
class NodeLocks {
 public:
  using Executors = std::map<std::string, std::unique_ptr<exec::Executor>>;

  // What is known of a lock's owner on this host.
  enum class Holder {
    alive,
    dead,           // and its run may be half done
    dead_and_ours,  // its run is in our state folder, where it is not forgotten
  };
  using Look = std::function<Holder(const std::string& owner)>;

  // Long enough for a slow step between two renewals, short enough for a colleague who waits for a
  // dead host.
  static constexpr auto kValid = std::chrono::minutes(10);
  static constexpr auto kRenewAfter = std::chrono::minutes(1);

  // The plan, its executors and the clock outlive this. `take_over`: the natsctl that left locks is
  // dead, a person says.
  NodeLocks(const plan::Plan& plan,
            Executors& executors,
            base::Clock& clock,
            LockOwner owner,
            bool take_over);

  // All of them, or none: refused names each node that is held, by whom and what can be done.
  // `look` is asked of owners on this host.
  base::Result<void> take_all(const Look& look);

  // Still ours? Asked before each change of that node; renews the lock.
  base::Result<void> renew(const std::string& node);

  // While something is waited for: renews what has not been renewed for a while. A failure shows at
  // the next renew(), before the next change.
  void keep();

  // Also what an earlier process of this run left, when this one changed nothing and so took none.
  void release_all(const Look& look);

  bool held() const { return !renewed_.empty(); }

 private:
  base::Result<void> take(const std::string& node, const Look& look);
  void each(const std::vector<std::string>& nodes,
            const std::function<void(const std::string& node)>& work) const;
  std::vector<std::string> all() const;
  std::string ours_on(exec::Executor& executor, const Look& look) const;
  base::Result<void> take_or_say_what_helps(exec::Executor& executor,
                                            const exec::Executor::Lock& wanted,
                                            const Look& look);

  const plan::Plan& plan_;
  Executors& executors_;
  base::Clock& clock_;
  LockOwner owner_;
  bool take_over_;
  std::map<std::string, base::Time> renewed_;  // by node
};

}  // namespace run
