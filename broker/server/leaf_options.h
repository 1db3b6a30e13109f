#pragma once

#include "broker/leaf/settings.h"
#include "broker/server/conf_report.h"
#include "broker/server/options.h"

namespace broker {

// What is refused, since ignoring it would be less safe, or nothing would come of it.
inline constexpr char kLeafKeyNotHere[] =
    "not supported by this broker, which does not start without it";

// leafnodes { remotes }: a part of apply_leafnodes() (options_reader.h).
void read_leaf_remotes(const contract::ConfField& field, LeafSettings& leaf, ConfReport& report);

// What one key of the leafnodes block cannot say: accounts that exist, users named once.
// Source: nats-server server/leafnode.go (validateLeafNode)
base::Result<void> validate_leafs(const Options& options);

}  // namespace broker
