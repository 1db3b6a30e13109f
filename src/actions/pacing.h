#pragma once

#include "watch/sample.h"

#include <string>

// How many clients are sent to other servers at once: by how the others took the last ones. Pure.
namespace actions {

// What the other servers showed after some clients were sent to them.
struct Strain {
  int sent = 0;
  int taken_on = 0;             // connections that the others have more than before
  double busiest = 0;           // the processors of the busiest of them, 0 to 1
  bool slow_consumers = false;  // one of them has more than before

  bool is_much() const;
};

// Of all servers in `now` but that one, compared with `before`.
Strain strain_of(const std::string& node,
                 int sent,
                 const watch::Snapshot& before,
                 const watch::Snapshot& now);

// A tenth of all.
int first_batch(int clients);

// Twice as many while the others take it well, half as many when they do not; never none.
int next_batch(int last, const Strain& strain);

}  // namespace actions
