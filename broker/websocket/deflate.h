#pragma once

#include "base/result.h"

#include <memory>
#include <span>
#include <string_view>

#include <sys/uio.h>

namespace broker {

class Chunk;

// Messages of permessage-deflate, each compressed by itself (no context taken over): the door to
// zlib. Source: RFC 7692 section 7.2. Threads: any; what is costly to make is kept for the thread.

// Appends the message that `pieces` are, compressed, to `out`; returns how many bytes that is.
std::size_t deflate_message(std::span<const iovec> pieces, Chunk& out);

// Makes one message plain again, piece by piece, however large it becomes.
//
//   inflater.give(payload, ends);                 // a piece of the message
//   for (...) bytes = TRY(inflater.take(room));   // until it takes none
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // What was given before is used up. `piece` stays where it is until take() gives nothing.
  void give(std::string_view piece, bool ends_message);

  // Fills `room` as far as what was given goes; 0: all of it is used up.
  base::Result<std::size_t> take(std::span<char> room);

  // The message was given as a whole and has been taken.
  bool is_done() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace broker
