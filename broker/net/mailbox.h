#pragma once

#include "broker/net/event_loop.h"

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

// Mail from other threads to a loop. The owner is woken when the box stops being empty and then
// reads everything in it at once, in the order in which it came; so a thousand letters may cost one
// wake-up.
//
// Threads: send() from any thread. The reader runs on the owner's loop. A letter sent before some
// bytes were written to a socket is read before any answer to those bytes is: both wake the same
// loop in order.
namespace broker {

template <class Letter>
class Mailbox {
 public:
  using Reader = std::function<void(std::vector<Letter>&)>;

  Mailbox(EventLoop& owner, Reader reader) : owner_(owner), reader_(std::move(reader)) {}

  void send(Letter letter) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      was_empty = letters_.empty();
      letters_.push_back(std::move(letter));
    }
    if (was_empty) owner_.post([this] { read(); });
  }

 private:
  void read() {
    {
      const std::lock_guard lock(mutex_);
      reading_.swap(letters_);
    }
    reader_(reading_);
    reading_.clear();  // keeps its memory: the two vectors take turns
  }

  EventLoop& owner_;
  Reader reader_;
  std::mutex mutex_;
  std::vector<Letter> letters_;  // guarded by mutex_
  std::vector<Letter> reading_;  // the owner's
};

}  // namespace broker
