#pragma once

#include "broker/accounts/account.h"
#include "broker/protocol/writer.h"

#include <string_view>
#include <vector>

namespace broker {

class Worker;

// A message that has been given to everyone of our own cluster, and may be wanted in others.
struct Leaving {
  Worker& worker;
  Account& account;
  const Outgoing& message;
  const std::vector<std::string_view>& served;  // queue groups that have it

  // It came by a leaf connection: only these queue groups, parted by blanks, are to have it.
  bool only_named = false;
  std::string_view named = {};
};

// The way to other clusters. Threads: any worker's; it must not publish.
class GatewayDoor {
 public:
  virtual ~GatewayDoor() = default;

  // Returns how many of them took it.
  virtual unsigned send(const Leaving& leaving) = 0;
};

}  // namespace broker
