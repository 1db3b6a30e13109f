#pragma once

#include "actions/action.h"
#include "gates/gate_keeper.h"
#include "run/node_locks.h"
#include "run/observer.h"
#include "run/run_state.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

// What a runner is given: the world it works in, and the orders it works to.
namespace run {

// One wait at a gate.
struct GateWait {
  const playbook::Step& step;  // its gate is the one
  const watch::Baseline& before;
  bool temp_node_expected;
  std::stop_token stop;
  std::function<void(const std::vector<gates::Reading>&)> on_readings;  // after every look
  std::function<std::string()> hopeless = nullptr;  // why it cannot open any more; empty: it can
};

// Returns when the gate has held. Errors: timeout when it stayed shut, with the conditions and
// nodes that held it shut; io when it is hopeless; cancelled when `stop` was requested.
using WaitAtGate = std::function<base::Result<void>(const GateWait&)>;

// The one that natsctl uses. The keeper and the plan outlive it.
WaitAtGate through(gates::GateKeeper& keeper, const plan::Plan& plan);

// The world. Everything outlives the runner.
struct World {
  const plan::Plan& plan;
  const std::vector<actions::Action>& actions;
  std::map<std::string, std::unique_ptr<exec::Executor>>& executors;
  watch::Watcher& watcher;
  base::Clock& clock;
  WaitAtGate wait_at_gate;
};

// Which losses count: those proven so far, or also what is still missing now that the traffic ends.
enum class Count { so_far, final };

// The orders.
struct Orders {
  std::stop_token gentle;  // pause at the next safe point
  std::stop_token urgent;  // now
  std::optional<base::Time> deadline;
  std::string host;
  std::string process = {};  // of this host, so that its locks are told from a dead one's
  NodeLocks::Look look_at;   // an owner of locks on this host
  bool take_over = false;    // a person vouches that whoever else has left locks is dead
  std::function<std::optional<std::string>(Count)> loss;  // by the probe, proven, as a sentence
  std::function<base::Json()> traffic;                    // the probe's ledger so far
  std::stop_token signal;  // the first signal alone, without the deadline and what was asked
  std::function<std::optional<Wish>()> asked;  // at another terminal
};

}  // namespace run
