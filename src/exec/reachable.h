#pragma once

#include "plan/plan.h"

#include <vector>

namespace exec {

// A connection to an address, as seen from this machine, that says nothing; it ends with this
// object. Names are looked up; waits a second at most for each of its addresses.
class Caller {
 public:
  explicit Caller(const plan::Address& address);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  bool is_connected() const { return socket_ >= 0; }

 private:
  int socket_ = -1;
};

// Whether somebody accepts connections there.
bool is_reachable(const plan::Address& address);

// Of a server whose process nobody can look into, what it listens on: those of its addresses that
// answer.
std::vector<int> reachable_ports(const plan::Node& node);

}  // namespace exec
