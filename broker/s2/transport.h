#pragma once

#include "broker/net/transport.h"
#include "broker/s2/stream.h"

#include <memory>
#include <string_view>

namespace broker {

// Streams of S2 both ways over `below`, whose user it becomes. `early` is what was read already of
// the peer's.
std::unique_ptr<Transport> s2_transport(EventLoop& loop,
                                        std::unique_ptr<Transport> below,
                                        TransportUser& user,
                                        S2Level level,
                                        std::string_view early);

}  // namespace broker
