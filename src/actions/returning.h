#pragma once

#include "actions/action.h"
#include "actions/crowd.h"

#include <optional>
#include <string>

// Whether the clients of a server that went came back somewhere.
namespace actions {

// Nothing when a server that answers cannot list its clients.
std::optional<Clients> clients_before(const watch::Watcher& watcher, const std::string& node);

// Waits, for at most half a minute, until all of them are back elsewhere; names those that are not
// in a remark of the step.
void wait_for_return(const Context& context,
                     const std::string& node,
                     const std::optional<Clients>& before);

}  // namespace actions
