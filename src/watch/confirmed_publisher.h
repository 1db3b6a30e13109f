#pragma once

#include "watch/leg.h"
#include "watch/message_ledger.h"

#include <deque>

namespace watch {

// Sends numbered messages and knows which of them a server has; see traffic_probe.h. A message that
// was not confirmed when its connection ended, or when that connection did not confirm, is sent
// again on the next one, and at no other time.
//
// At most kWindow numbers are under way: while no server confirms there is nothing to be learnt
// from more of them, and what is to be sent again always fits the time of one confirmation.
//
// It publishes to its home when that is there. A server that has just started takes messages before
// it knows who wants them, so it returns only when every careful subscriber has heard it from
// there.
//
// Threads: one at a time.
class ConfirmedPublisher {
 public:
  static constexpr std::size_t kWindow = 1000;

  ConfirmedPublisher(const ServerList& servers,
                     MessageLedger& ledger,
                     base::Clock& clock,
                     std::size_t home = 0);

  base::Result<void> start();

  // Sends a message without a number; what it says is for MessageLedger::greeted.
  base::Result<void> greet(const std::string& greeting);

  // Sends so many new messages, as far as the window has room, and waits for their confirmation. A
  // server that asked us to go is left first. What could not be sent or confirmed stays for the
  // next call; when two servers in a row did not confirm, the one after that is tried a moment
  // later.
  void send(int messages);

  bool all_confirmed() const { return unconfirmed_.empty(); }

 private:
  base::Result<void> connect_elsewhere();
  bool publish_and_confirm();
  void return_home();

  const ServerList& servers_;
  MessageLedger& ledger_;
  base::Clock& clock_;
  Itinerary itinerary_;
  std::optional<Leg> leg_;
  std::optional<Leg> home_;  // connected, and not yet heard by all
  std::string greeting_;     // what is said over it
  std::deque<std::int64_t> unconfirmed_;
  std::size_t tried_ = 0;       // so many of them, the oldest, were sent before on some connection
  std::size_t sent_here_ = 0;   // so many of them, the oldest, were sent on this connection
  base::Time not_before_ = {};  // the next try, after both of the last call failed
};

}  // namespace watch
