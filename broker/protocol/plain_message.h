#pragma once

#include "broker/protocol/parser.h"

#include <cstddef>
#include <string_view>

namespace broker {

// The control line of a message as nearly all peers write it: capitals, single blanks, CRLF, and
// behind a route no queue groups. It is read in one pass, since it comes a million times a second;
// all that is unusual, right or wrong, is left to the way that every other operation goes.
//
//   PUB subject [reply] size                   HPUB subject [reply] header-size size
//   RMSG account subject [reply] size          HMSG account subject [reply] header-size size
//   LMSG subject [reply] size                  HMSG subject [reply] header-size size
//
// Fills `op` but for its body and returns the length of the line; 0, and `op` undefined, when it is
// no such line or not all there.
std::size_t read_plain_message(Dialect dialect,
                               std::string_view input,
                               Operation& op,
                               std::size_t& body_bytes);

}  // namespace broker
