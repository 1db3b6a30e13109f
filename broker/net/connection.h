#pragma once

#include "base/units.h"
#include "broker/net/chunk.h"
#include "broker/net/event_loop.h"
#include "broker/net/link.h"
#include "broker/net/read_buffer.h"
#include "broker/net/transport.h"
#include "broker/net/write_queue.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

// A socket on its loop: reads a batch, hands it up, writes once a turn what it was given, closes
// once. Knows nothing of NATS.
//
// Threads: lives and dies on its loop's thread.
namespace broker {

// Why a connection cannot go on. What that means is the handler's to say.
enum class Fault { end_of_stream, read_failed, write_failed, write_deadline, tls_handshake };

class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;

  // All bytes not yet consumed, oldest first. Returns how many are done with; the rest comes again,
  // in one piece with what follows. May close the connection. Views into `bytes` end with the call.
  virtual std::size_t on_bytes(std::string_view bytes) = 0;

  // How long the operation is that the unconsumed bytes begin; 0 when that is not known yet.
  virtual std::size_t wanted_bytes() const { return 0; }

  // The socket took so many bytes.
  virtual void on_written(std::size_t bytes) = 0;

  // The TLS handshake is done: bytes come and go again, now in secret.
  virtual void on_secured() {}

  // Reading or writing failed; nothing is read or written any more. Not called after close().
  virtual void on_fault(Fault fault) = 0;
};

class Connection : private TransportUser, private TurnWork {
 public:
  // The handler outlives the connection. Nothing happens before start().
  Connection(EventLoop& loop,
             Link link,
             base::nanoseconds write_deadline,
             ConnectionHandler& handler);
  ~Connection() override;

  void start();

  const Address& remote() const { return remote_; }

  const Address& local() const { return local_; }

  // Where to append bytes; they leave at the end of this turn, in order. Valid until the next call.
  Chunk& tail(std::size_t bytes);
  void write(std::string_view text);
  void push(Chunk chunk);

  // Writes now rather than at the end of the turn: for who has given it very much.
  void flush();

  std::size_t pending_bytes() const { return queue_.bytes(); }

  std::size_t pending_chunks() const { return queue_.chunks(); }

  // How long the oldest waiting bytes may wait for a socket that takes nothing.
  void set_write_deadline(base::nanoseconds deadline) { write_deadline_ = deadline; }

  // No more reading until resume_reading(): paces a fast producer.
  void pause_reading();
  void resume_reading();

  // A transport over the one there is. It becomes the user's of the old one; `early` was read and
  // not consumed.
  using Layer = std::function<std::unique_ptr<Transport>(
      std::unique_ptr<Transport> below, TransportUser& user, std::string_view early)>;

  // What was written before leaves by the old transport, everything from here on goes by the new
  // one.
  void change_transport(Layer layer);

  // From here on both sides speak TLS. on_secured() or a fault follows.
  void start_tls(TlsStart start);

  // Of a connection that is secured.
  const std::optional<TlsPeer>& tls_peer() const { return tls_peer_; }

  const std::string& failure() const { return failure_; }  // why a handshake or reading failed

  // What the end of this connection is to say, if it is one that can.
  void set_farewell(std::uint16_t status, std::string_view why) {
    transport_->set_farewell(status, why);
  }

  // Writes what the socket takes at once, then closes; the handler hears nothing more.
  void close();

  // Closes as close() does, but first waits for waiting bytes to leave, for at most the write
  // deadline. The handler hears nothing more; `closed` is called when it is over, unless the
  // connection dies first.
  void close_when_written(Task closed);

  bool is_open() const { return state_ != State::closed; }

 private:
  enum class State { fresh, open, draining, closed };

  void on_read(std::size_t bytes, IoError error) override;
  void on_writable() override;
  void on_secured(const TlsPeer& peer) override;
  void on_failing(const std::string& why) override;
  void at_turn_end() override;
  void read_more();
  void hand_up();
  void change_now();
  void watch_deadline();
  void end_draining();
  void shut();
  void fail(Fault fault);

  EventLoop& loop_;
  ConnectionHandler& handler_;
  const Address remote_;
  const Address local_;
  base::nanoseconds write_deadline_;
  std::unique_ptr<Transport> transport_;
  ReadBuffer input_;
  WriteQueue queue_;
  Timer deadline_;
  std::size_t overdue_ = 0;  // of what waits, so much must have left when deadline_ comes
  Task drained_;
  std::optional<Fault> fault_waits_;  // reading failed during a pause
  Layer layer_waits_;                 // the transport changes once the handler has returned
  std::optional<TlsPeer> tls_peer_;
  std::string failure_;
  bool handing_up_ = false;
  State state_ = State::fresh;
  bool reading_ = false;
  bool paused_ = false;
  bool waiting_writable_ = false;
};

}  // namespace broker
