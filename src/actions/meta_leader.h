#pragma once

#include "actions/action.h"

#include <string>
#include <vector>

// The leader of JetStream's meta group. It leads for all accounts, so only the system account may
// ask it to step down ($JS.API.META.LEADER.STEPDOWN).
// Source: nats-server server/jetstream_api.go
namespace actions {

// The server that calls itself the leader of the meta group, out of what servers answer to JSZ;
// empty: none does, or more than one. Pure.
std::string meta_leader_of(const std::vector<watch::ServerAnswer>& answers);

// While the node leads it: asks it to step down, again and again, until another member does. Says
// when that is not possible, and leaves it to the node's lame duck then: without a user of the
// system account, or when that account gives no answer. ErrorCode::timeout: it still leads after
// the plan's `within`.
//
// Its turn comes last of all members (playbook/turns_again.h), so this is the only move of the
// meta leader that a run makes: whom it moves to was upgraded before.
base::Result<void> give_meta_lead_away(const Context& context, const plan::Node& node);

}  // namespace actions
