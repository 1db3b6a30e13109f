#pragma once

#include "watch/careful_subscriber.h"

#include <deque>

namespace watch {

// Sends numbered messages and knows which of them a server has; see traffic_probe.h. A message that
// was not confirmed when its connection ended, or when that connection did not confirm, is sent
// again on the next one, and at no other time.
//
// At most kWindow numbers are under way: while no server confirms there is nothing to be learnt
// from more of them, and what is to be sent again always fits the time of one confirmation.
//
// Threads: one at a time.
class ConfirmedPublisher {
 public:
  static constexpr std::size_t kWindow = 1000;

  ConfirmedPublisher(const ServerList& servers, MessageLedger& ledger, base::Clock& clock);

  base::Result<void> start();

  // Sends a message without a number.
  base::Result<void> greet();

  // Sends so many new messages, as far as the window has room, and waits for their confirmation. A
  // server that asked us to go is left first. What could not be sent or confirmed stays for the
  // next call; when two servers in a row did not confirm, the one after that is tried a moment
  // later.
  void send(int messages);

  bool all_confirmed() const { return unconfirmed_.empty(); }

 private:
  base::Result<void> connect_elsewhere();
  bool publish_and_confirm();

  const ServerList& servers_;
  MessageLedger& ledger_;
  base::Clock& clock_;
  std::size_t next_ = 0;
  std::optional<Leg> leg_;
  std::deque<std::int64_t> unconfirmed_;
  std::size_t tried_ = 0;       // so many of them, the oldest, were sent before on some connection
  std::size_t sent_here_ = 0;   // so many of them, the oldest, were sent on this connection
  base::Time not_before_ = {};  // the next try, after both of the last call failed
};

}  // namespace watch
