#pragma once

#include "base/result.h"
#include "plan/plan.h"

#include <string>

// The one place where secrets are read: when a client logs in, and into nothing that is kept.
namespace watch {

// The first line of what the secret's source holds. Errors name the source, never what it holds.
base::Result<std::string> value_of(const plan::Secret& secret);

// All of it.
base::Result<std::string> text_of(const plan::Secret& secret);

}  // namespace watch
