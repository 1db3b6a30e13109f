#pragma once

#include "actions/action.h"
#include "watch/jetstream_api.h"

#include <set>
#include <string>
#include <vector>

// What the actions about JetStream's leaders share.
namespace actions {

// Who leads what, of groups that could have another leader, as the watcher sees it now.
struct Leaderships {
  watch::Snapshot seen;  // the groups point into it
  watch::RaftGroups groups;

  std::vector<std::string> led_by(const std::string& node) const;  // keys
};

Leaderships look_at_leaders(Context& context);

// A connection to a member of JetStream's domain other than `but`, by the plan's access.
base::Result<watch::JetStreamApi> open_api(Context& context,
                                           const std::string& domain,
                                           const std::string& but = {});

// "12 streams and 3 consumers"
std::string count_of_groups(const Leaderships& leaders, const std::vector<std::string>& keys);

}  // namespace actions
