#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace broker {

// The name of our cluster. A configured one stands. Without one we make one up, and give it up for
// a peer's that was configured, or that is the greater of two made-up ones: so servers that were
// given no name agree after a few tries, whoever dials. Source: nats-server server/route.go
// (processRouteInfo) Threads: any; one lock.
class ClusterName {
 public:
  explicit ClusterName(std::string configured);  // empty: dynamic

  enum class Verdict { same, adopted, conflict };

  Verdict meet(std::string_view theirs, bool theirs_is_dynamic);

  std::string text() const;

  bool is_dynamic() const { return dynamic_; }

 private:
  const bool dynamic_;
  mutable std::mutex mutex_;
  std::string name_;  // guarded by mutex_
};

}  // namespace broker
