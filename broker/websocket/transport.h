#pragma once

#include "broker/net/transport.h"

#include <memory>

namespace broker {

// What the two ends of a websocket agreed on.
struct WebsocketMode {
  bool masked = true;           // what the peer sends
  bool compression = false;     // permessage-deflate, without context
  bool small_frames = false;    // no frame of ours is long: browsers do better so
  bool whole_messages = false;  // ... but a compressed message is always one frame
};

// Frames over `below`, whose user it becomes. Messages of the peer are read as the bytes they are,
// one after another; what is written in a turn leaves as one message. Pings are answered and a
// close is a close. Without compression frames are read in place, and a quiet connection holds
// nothing.
std::unique_ptr<Transport> websocket_transport(EventLoop& loop,
                                               std::unique_ptr<Transport> below,
                                               TransportUser& user,
                                               const WebsocketMode& mode);

}  // namespace broker
