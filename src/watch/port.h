#pragma once

#include "base/units.h"
#include "plan/plan.h"

namespace watch {

// Whether that machine answers that nobody listens on the port. False when somebody does, and when
// it is not known.
bool refuses(const plan::Address& address, base::nanoseconds patience);

}  // namespace watch
