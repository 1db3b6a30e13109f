#pragma once

#include "base/problem.h"
#include "plan/places.h"
#include "plan/plan.h"

// What one field alone cannot say. Every finding, each with its place and a hint.
namespace plan {

// Pure: names, addresses and durations against each other.
base::Problems check_plan(const Plan& plan, const Places& places);

// On this machine: the programs are there, can be executed and are the demanded ones; the files
// named are there. Reads only.
base::Problems check_files(const Plan& plan, const Places& places);

}  // namespace plan
