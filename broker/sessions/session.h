#pragma once

#include "broker/exchange/endpoint.h"
#include "broker/exchange/worker.h"
#include "broker/net/connection.h"
#include "broker/protocol/parser.h"
#include "broker/sessions/close_reason.h"
#include "broker/sessions/keepalive.h"
#include "broker/sessions/session_state.h"

#include <memory>
#include <string>
#include <string_view>

// What every connection means, client or route: bytes become operations, answers become bytes, and
// it ends once with a reason. ClientSession and RouteSession say what the operations do.
//
// Life: made by make(), which gives it to its worker; on_operation() for each operation; close()
// once, from either side, then on_close(), then the worker destroys it in a later turn.
//
// Threads: its worker's, from the constructor on.
namespace broker {

struct SessionLimits {
  ParserLimits parser = {};
  std::size_t max_pending = 64 * 1024 * 1024;  // bytes
  base::nanoseconds write_deadline = std::chrono::seconds(10);
  KeepaliveSettings keepalive = {};
};

class Session : public Endpoint, private ConnectionHandler {
 public:
  ~Session() override;

  const SessionState& state() const { return state_; }

  // state() with what is looked up only when someone asks: pending bytes, round trip.
  virtual SessionState snapshot() const;

  // "127.0.0.1:5222 - cid:9", and once known the client's version and name: log lines begin with
  // it.
  const std::string& label() const { return label_; }

  // Says `err` (without quotes and -ERR; empty: nothing), closes, and tells on_close(). Once
  // closed, nothing.
  void close(CloseReason reason, std::string_view err = {});

  bool is_closed() const { return closed_; }

  Worker& worker() { return worker_; }

  // Endpoint
  const std::shared_ptr<Destination>& destination() const override { return destination_; }

  Chunk& outgoing(std::size_t bytes) override;
  void deliver(Chunk chunk) override;
  void overflow() override;
  void count_delivered(std::uint64_t messages, std::uint64_t bytes) override;

  void shut_down() override { close(CloseReason::server_shutdown); }

 protected:
  struct Birth {
    Worker& worker;
    Link link;
    std::uint64_t id;
    Destination::Kind kind;
    SessionLimits limits;
    std::string_view letters = {};  // before the id, in its label; none: those of its kind
  };

  explicit Session(Birth birth);

  // Begins to read. Whatever start() of a derived session writes first goes before.
  void begin();

  virtual void on_operation(const Operation& operation) = 0;
  virtual void on_parse_error(ParseError error) = 0;

  virtual void on_batch_end() {}  // all complete operations of one read are done

  virtual void on_close(CloseReason reason) = 0;

  void write(std::string_view text);
  void write_err(std::string_view text);  // "-ERR 'text'"
  void set_limits(const SessionLimits& limits);

  void set_label(std::string label) { label_ = std::move(label); }

  // Both sides speak TLS from here on; no operation is taken before on_tls().
  void secure(TlsStart start);

  // Both sides speak otherwise from here on: the bytes after this operation are the new
  // transport's.
  void change_transport(Connection::Layer layer);

  virtual void on_tls() {}

  // The first bytes are shown to on_first_bytes() before an operation is read from them.
  void peek() { peeking_ = true; }

  virtual void on_first_bytes(std::string_view) {}

  // The handshake has not come, or not ended, in time.
  void give_up_tls();

  // Stops reading for a few milliseconds: its messages fill someone up.
  void pace();

  // Takes no further operation until resume(), not even of those that have arrived.
  void hold();
  void resume();

  Parser& parser() { return parser_; }

  Keepalive& keepalive() { return keepalive_; }

  Connection& connection() { return connection_; }

  const SessionLimits& limits() const { return limits_; }

  bool traced() const { return traced_; }

  void trace_out(std::string_view line);  // "->> [line]"

  SessionState state_;

 private:
  std::size_t on_bytes(std::string_view bytes) final;

  std::size_t wanted_bytes() const final { return parser_.wanted_bytes(); }

  void on_written(std::size_t bytes) final;
  void on_secured() final;
  void on_fault(Fault fault) final;
  void trace_in(const Operation& operation);
  void publish_pending();
  void resume_reading();
  void be_slow_consumer();

  Worker& worker_;
  SessionLimits limits_;
  std::shared_ptr<Destination> destination_;
  std::string label_;
  Parser parser_;
  Connection connection_;
  Keepalive keepalive_;
  Timer pace_;
  Chunk nowhere_;                      // takes what comes after the close
  const bool traced_;                  // log::trace_on() when it began
  std::size_t published_pending_ = 0;  // of what waits, so much is in the destination's pending
  bool held_ = false;
  bool peeking_ = false;
  bool changing_ = false;  // its transport: nothing more is taken from the bytes in hand
  bool closed_ = false;
};

}  // namespace broker
