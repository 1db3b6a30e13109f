#pragma once

#include "run/event.h"
#include "tests/rehearsal/stage.h"

#include <set>
#include <string>
#include <vector>

// natsctl killed at places of its journal, resumed each time, and what must be true at the end.
namespace rehearsal {

// The steps that a journal's first line lists, by id, recovery left out.
std::vector<std::string> steps_of(const Stage& stage);

// Every place of an upgrade without a failure at which natsctl can be killed: each record, at these
// moments ("before", "amid", "after"; see preload/kill_at.cc), in their order. Of "waiting" the
// first one of a drain.
std::vector<std::string> places_of(const std::vector<std::string>& steps,
                                   const std::vector<std::string>& moments);

// `count` of them in their order, drawn by `seed`.
std::vector<std::string> sample_of(const std::vector<std::string>& places,
                                   std::size_t count,
                                   unsigned seed);

// An upgrade of the tutorial that does not wait for long.
Script quick();

// Carries `words` out and is killed at the first place, resumes and is killed at the second, and so
// on. Each place must be met. Gives what the last natsctl, which nobody kills, says. `kinds`
// collects the events killed at.
Said killed_at_each(Stage& stage,
                    const std::vector<std::string>& words,
                    const std::vector<std::string>& places,
                    std::set<std::string>& kinds);

// Carries an upgrade out, kills it `kills` times at moments drawn by `seed`, and resumes each time.
// Gives what the last natsctl says.
Said killed_at_any_time(Stage& stage, int kills, unsigned seed);

// A run that rests after SIGINT with C in the cluster.
void rest_with_c(Stage& stage);

// Every member runs the release, was started once with it, has routes, and C is gone.
void check_each_upgraded(const Stage& stage, const Script& script);

// Every member serves the release, was started with it once, and is in a mesh; C and all locks are
// gone; what natsctl keeps for the nodes is what it keeps after an undisturbed upgrade.
void check_same_end(const Stage& stage, const Script& script);

}  // namespace rehearsal
