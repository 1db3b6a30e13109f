#pragma once

#include "actions/action.h"

#include <string>
#include <vector>

// Sending a server's clients to the others with what the system account can since 2.10: one client
// is told that its server goes ($SYS.REQ.SERVER.<id>.LDM), one client is closed (KICK). A client
// library that was closed connects elsewhere, at once or after two seconds.
// Source: nats-server server/events.go; observed on 2.10.27 and 2.15.1; 2.9.10 knows neither.
namespace actions {

// The clients of a node that may be closed, asked now. natsctl's own that move by themselves are
// left out, and leaf nodes: they are servers, whose lame duck is not for us to decide.
base::Result<std::vector<contract::ConnInfo>> clients_to_move(const watch::Watcher& watcher,
                                                              const std::string& node);

// Closes so many of the clients, waits until the other servers took them on or three seconds are
// over, and tells how they took it (pacing.h). ErrorCode::not_found: its release cannot do that.
struct Batch {
  int closed = 0;
  bool strained = false;
  int next = 1;  // how many may follow
};

base::Result<Batch> close_batch(const Context& context,
                                const std::string& node,
                                const std::vector<contract::ConnInfo>& clients,
                                int count);

// What became of a node's clients.
struct SentAway {
  int clients = 0;
  int rounds = 0;
  std::string left = {};  // why some are still there; empty: none is

  std::string text() const;  // "60 clients were sent to the others in 4 rounds"
};

// Tells all clients of the node, gives them the grace period, then closes them in rounds paced by
// how the others take them, for no longer than the drain's duration. natsctl's own connections move
// first. What is not clear is never taken for good: then it ends, and says what is not.
SentAway send_clients_away(const Context& context, const plan::Node& node);

// Before a lame duck: our own connection leaves the server; with a user of the system account and
// an adaptive drain its clients are sent away as above. A remark says what was done, and what is
// left to the lame duck.
void send_away_before_lame_duck(const Context& context, const plan::Node& node);

}  // namespace actions
