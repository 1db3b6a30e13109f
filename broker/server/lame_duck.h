#pragma once

#include "base/units.h"
#include "broker/exchange/destination.h"
#include "broker/exchange/worker.h"

#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace broker {

// How fast clients are sent away: `batch` closes, then a wait of between half of `step` and `step`.
struct LameDuckPace {
  base::nanoseconds step{0};
  std::size_t batch = 1;

  bool operator==(const LameDuckPace&) const = default;
};

// `clients` closes spread over `window`, but never more than a second apart: ten clients need not
// take two minutes. Source: nats-server server/server.go (lameDuckMode)
LameDuckPace lame_duck_pace(base::nanoseconds window, std::size_t clients);

// Sends clients away over time: waits the grace period, closes one after another in random order,
// then says that it is done. Closing is without a word: clients were told by INFO before.
//
// Threads: the loop's it is made on.
class LameDuck {
 public:
  struct Plan {
    base::nanoseconds grace;
    base::nanoseconds window;  // duration without the grace period
  };

  // `closing` is called when the grace period is over, `done` when the last one has been closed.
  LameDuck(EventLoop& loop, Workers& workers, Plan plan, Task closing, Task done);

 private:
  void begin();
  void close_some();

  Workers& workers_;
  const Plan plan_;
  const Task closing_;
  const Task done_;
  Timer timer_;
  LameDuckPace pace_;
  std::vector<std::shared_ptr<Destination>> waiting_;
  std::mt19937_64 random_;
};

}  // namespace broker
