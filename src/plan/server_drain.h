#pragma once

#include "contract/conf_value.h"
#include "plan/plan.h"

namespace plan {

// How a server drains by what its conf says: lame_duck_duration and lame_duck_grace_period, as
// "30s" or as a number of seconds. What the conf does not say is as in `otherwise`; the server's
// own defaults are those of Policy::Drain.
// Source: nats-server server/const.go, DEFAULT_LAME_DUCK_DURATION and _GRACE_PERIOD
Policy::Drain drain_of(const contract::ConfValue& conf, const Policy::Drain& otherwise = {});

}  // namespace plan
