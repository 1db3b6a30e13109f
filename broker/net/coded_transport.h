#pragma once

#include "broker/net/chunk.h"
#include "broker/net/event_loop.h"
#include "broker/net/transport.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A transport that gives bytes another form and sends them over another one: frames, compressed
// blocks. Who derives from it says what the form is; here is how it comes and goes. Threads: the
// loop's.
namespace broker {

class CodedTransport : public Transport, protected TransportUser, private TurnWork {
 public:
  ~CodedTransport() override;

  void start_read(std::span<char> room) final;

  // Bytes count as written when all that they have become has gone below; until then they are
  // offered again, and passed over.
  Written write(std::span<const iovec> pieces) final;
  void wait_writable() final;

  void set_user(TransportUser& user) final { user_ = &user; }

  void close() final;

 protected:
  // Becomes the user of `below`. `read_bytes`: how much of it is read at a time; 0: straight into
  // the user's room, where decode() finds it. `early` was read already.
  CodedTransport(EventLoop& loop,
                 std::unique_ptr<Transport> below,
                 TransportUser& user,
                 std::size_t read_bytes,
                 std::string_view early = {});

  // Appends what `pieces` become, which are `bytes` long.
  virtual void encode(std::span<const iovec> pieces, std::size_t bytes, Chunk& out) = 0;

  // Takes from the front of `input` what fits into `room`, and says how much of that it filled; 0:
  // the input says nothing more.
  virtual std::size_t decode(std::span<char>& input, std::span<char> room) = 0;

  // Whether decode() may give something without further input.
  virtual bool holds_back() const { return false; }

  // What close() says last.
  virtual std::string farewell() { return {}; }

  // Goes between what encode() makes, as soon as it can.
  void say(std::string_view bytes);

  // Nothing more is decoded: the user hears of this once it has what came before.
  void end(IoError how);
  void end_failing(const std::string& why);

  bool is_ended() const { return ended_ != IoError::none; }

 private:
  void later(Task task);

  bool is_full() const { return sent_ < coded_.size(); }

  bool send_coded();
  void wait_below();
  void on_writable() final;
  void read_below();
  void on_read(std::size_t bytes, IoError error) final;
  void on_failing(const std::string& why) final;
  void go_on();
  void at_turn_end() final;
  void fail(IoError error);

  EventLoop& loop_;
  std::unique_ptr<Transport> below_;
  TransportUser* user_;  // null once closed
  const bool in_place_;
  std::vector<char> arrived_;   // what is read from below, when it is not read in place
  std::span<char> input_;       // of it, what is not decoded
  std::span<char> room_;        // where the user reads; empty: it does not
  Chunk coded_;                 // on its way below
  std::size_t sent_ = 0;        // of it
  std::size_t unreported_ = 0;  // bytes of the user that are in it
  std::string between_;         // waits for what is coded to be gone
  IoError below_error_ = IoError::none;
  IoError ended_ = IoError::none;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool going_on_ = false;
  bool user_waits_ = false;
  bool waiting_below_ = false;
  bool reading_below_ = false;
};

}  // namespace broker
