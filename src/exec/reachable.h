#pragma once

#include "plan/plan.h"

// Whether somebody accepts connections at an address, as seen from this machine; names are looked
// up. Waits a second at most for each of its addresses.
namespace exec {

bool is_reachable(const plan::Address& address);

}  // namespace exec
