#pragma once

#include "tests/bench/numbers.h"
#include "tests/support/server_process.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

// How much of everything: `quick` proves in a test that each scenario works.
struct Effort {
  int rounds = 5;
  std::chrono::milliseconds round{300};
  std::size_t connections = 10'000;
  std::size_t subscriptions = 100'000;
  std::size_t subjects = 50'000;

  static Effort quick() { return {1, std::chrono::milliseconds(20), 100, 1000, 1000}; }
};

// One scenario set up against one release; measured round by round.
class Trial {
 public:
  virtual ~Trial() = default;
  virtual Numbers round() = 0;
};

// What the broker shall reach. Ratios are to the better of the real servers in the same run.
struct Goal {
  enum class Kind {
    ratio_at_most,   // ours / theirs
    ratio_at_least,  // ours / theirs
    below,           // ours alone
    like_scenario,   // ours / ours in scenario `other`, at most
  };

  Quantity quantity;
  Kind kind;
  double limit;
  std::string other = {};
};

struct Scenario {
  std::string name;   // as the command line takes it
  std::string title;  // as tables show it
  std::vector<Goal> goals;
  // Null when this release cannot do it: "not available".
  std::function<std::unique_ptr<Trial>(const support::Release&, const Effort&)> make;

  // Releases take turns round by round; or, where each needs most of the descriptors this process
  // may have, one after another.
  bool alternating = true;
};

// All there are, in the order of the tables.
const std::vector<Scenario>& scenarios();

// Parts of that list.
void add_flows(std::vector<Scenario>& list);        // publishing and delivering at full speed
void add_latencies(std::vector<Scenario>& list);    // request and reply, a paced stream
void add_connections(std::vector<Scenario>& list);  // many of them, start-up, subscribing
void add_encrypted(std::vector<Scenario>& list);    // over TLS

// Goals that several scenarios share.
std::vector<Goal> flow_goals();

}  // namespace bench
