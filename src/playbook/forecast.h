#pragma once

#include "base/units.h"
#include "plan/cluster_view.h"
#include "plan/plan.h"
#include "playbook/step.h"

#include <map>
#include <string>
#include <vector>

// What steps will do to the clients, and how long they will take, before the first one is done.
// Pure.
namespace playbook {

// Clients by node. Fractions: each client of a stopped server goes to any of the others alike, so
// what is forecast is a mean.
using Load = std::map<std::string, double>;

struct ForecastRow {
  std::string step;  // its id
  base::nanoseconds takes{};
  Load clients = {};         // after the step; a node that is down is not in it
  double moved = 0;          // clients that had to go elsewhere
  std::string drained = {};  // the node that it drains
  bool in_rounds = false;    // by natsctl, not by the server's lame duck
};

struct Forecast {
  Load before;
  std::vector<ForecastRow> rows;  // one a step
  Load after;
  base::nanoseconds total{};
  double moved = 0;  // connections that were moved, altogether
  double most = 0;   // clients on one server, at the worst moment
  std::string most_on;

  double most_after() const;  // clients on the fullest server at the end
};

// How long a server in lame duck mode takes to send its clients away: the grace period, then one
// client after the other, paced over the rest of the duration but never slower than one a second.
// Without clients it ends at once. The factor is the mean of the server's own jitter. Source:
// nats-server server/server.go lameDuckMode; measured on 2.9.10, 2.10.27, 2.15.1.
base::nanoseconds drain_time(const plan::Policy::Drain& drain, double clients);

// How long natsctl takes for it where it can close single clients, when the other servers take them
// on well: the grace period, then rounds of twice as many each time.
base::nanoseconds drain_time_in_rounds(const plan::Policy::Drain& drain, double clients);

// Whether natsctl can close single clients of a server of that release: the plan names a user of
// the system account and wants an adaptive drain, and the release is 2.10 or later.
bool drains_in_rounds(const plan::Plan& plan, const std::string& version);

// The one or the other.
base::nanoseconds drain_time(const plan::Plan& plan, const std::string& version, double clients);

Forecast forecast(const plan::Plan& plan, const Steps& steps, const plan::ClusterView& view);

}  // namespace playbook
