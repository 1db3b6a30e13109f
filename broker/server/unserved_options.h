#pragma once

#include "broker/server/conf_report.h"

// Blocks and keys of nats-server whose service this broker does not have. Their mistakes are told
// all the same, so that a file is good or bad for both alike; what is good has no effect, which is
// said. Source: nats-server server/opts.go (parseJetStream, parseMQTT)
namespace broker {

void check_jetstream(const contract::ConfField& block, ConfReport& report);

// The jetstream key of an account.
void check_account_jetstream(const contract::ConfField& block, ConfReport& report);

void check_mqtt(const contract::ConfField& block, ConfReport& report);

}  // namespace broker
