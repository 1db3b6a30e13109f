#include "broker/sessions/session.h"

#include "base/log.h"
#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"

#include <fmt/format.h>

namespace broker {

namespace {

// With so much waiting the socket is tried before the turn ends: one batch of small messages can
// become very much for a client with many subscriptions.
constexpr std::size_t kWriteNowBytes = 1024 * 1024;

// How long a fast producer pauses. Source: nats-server server/client.go (stallClientMinDuration,
// ...Max)
constexpr std::chrono::milliseconds kLeastPace{2};
constexpr std::uint32_t kMorePace = 3;

constexpr std::size_t kTracedPayload = 1024;

std::string_view id_name(Destination::Kind kind) {
  switch (kind) {
    case Destination::Kind::route:
      return "rid";
    case Destination::Kind::leaf:
      return "lid";
    case Destination::Kind::gateway:
      return "gid";
    default:
      return "cid";
  }
}

Dialect dialect_of(Destination::Kind kind) {
  switch (kind) {
    case Destination::Kind::client:
      return Dialect::client;
    case Destination::Kind::leaf:
      return Dialect::leaf;
    default:
      return Dialect::route;
  }
}

std::uint64_t& slow_ones(Counters& counters, Destination::Kind kind) {
  switch (kind) {
    case Destination::Kind::route:
      return counters.slow_routes;
    case Destination::Kind::leaf:
      return counters.slow_leafs;
    case Destination::Kind::gateway:
      return counters.slow_gateways;
    default:
      return counters.slow_clients;
  }
}

// "127.0.0.1:5222 - cid:9"; with a proxy's word "10.0.0.7/127.0.0.1:5222 - wid:9".
std::string first_label(const Link& link,
                        Destination::Kind kind,
                        std::string_view letters,
                        std::uint64_t id) {
  std::string from = link.forwarded_for;
  if (from.find(':') != std::string::npos) from = "[" + from + "]";
  if (!from.empty()) from += "/";
  if (letters.empty()) letters = id_name(kind);
  return fmt::format("{}{} - {}:{}", from, to_string(link.remote), letters, id);
}

// A CONNECT as the log may show it. Whoever reads logs should not learn passwords.
std::string without_secrets(std::string_view line) {
  std::string shown(line);
  for (const std::string_view key : {"\"pass\":\"", "\"auth_token\":\""}) {
    const auto begin = shown.find(key);
    if (begin == std::string::npos) continue;
    const auto value = begin + key.size();
    auto end = value;
    while (end < shown.size() && shown[end] != '"')
      end += shown[end] == '\\' ? 2 : 1;
    shown.replace(value, std::min(end, shown.size()) - value, "[REDACTED]");
  }
  return shown;
}

}  // namespace

Session::Session(Birth birth)
    : worker_(birth.worker),
      limits_(birth.limits),
      destination_(std::make_shared<Destination>(
          birth.kind,
          worker_.index(),
          birth.id,
          first_label(birth.link, birth.kind, birth.letters, birth.id),
          worker_.all().size())),
      label_(destination_->label),
      parser_(dialect_of(birth.kind), limits_.parser),
      connection_(worker_.loop(), std::move(birth.link), limits_.write_deadline, *this),
      keepalive_(worker_.loop(),
                 limits_.keepalive,
                 {[this] {
                    if (traced_) trace_out("PING");
                    write(kPing);
                  },
                  [this] {
                    ++worker_.counters().stale_connections;
                    base::log::debug("{} - Stale Client Connection - Closing", label_);
                    close(CloseReason::stale_connection, "Stale Connection");
                  }}),
      pace_(worker_.loop()),
      traced_(base::log::trace_on()) {
  destination_->endpoint = this;
  destination_->max_pending = limits_.max_pending;
  destination_->trace = traced_;
  state_.id = birth.id;
  state_.remote = connection_.remote();
  if (const auto& peer = connection_.tls_peer()) {
    state_.tls_version = peer->version;
    state_.tls_cipher = peer->cipher;
  }
  state_.start = std::chrono::system_clock::now();
  state_.last_activity = state_.start;
}

Session::~Session() {
  destination_->open = false;
  destination_->endpoint = nullptr;
}

void Session::begin() {
  connection_.start();
}

SessionState Session::snapshot() const {
  SessionState state = state_;
  state.pending_bytes =
      destination_->pending.load() - published_pending_ + connection_.pending_bytes();
  state.rtt = keepalive_.rtt();
  return state;
}

Chunk& Session::outgoing(std::size_t bytes) {
  if (!closed_ && connection_.pending_bytes() > kWriteNowBytes) {
    worker_.outbox().flush();
    connection_.flush();
    const std::size_t pending = connection_.pending_bytes();
    if (!closed_ && pending > limits_.max_pending) be_slow_consumer();
    if (!closed_ && pending > limits_.max_pending / 4 * 3) worker_.outbox().note_congestion();
  }
  if (closed_) {
    nowhere_.clear();
    return nowhere_;
  }
  return connection_.tail(bytes);
}

void Session::deliver(Chunk chunk) {
  if (closed_) return;
  count_delivered(chunk.messages(), chunk.payload_bytes());
  connection_.push(std::move(chunk));
  publish_pending();
  if (connection_.pending_bytes() > limits_.max_pending) be_slow_consumer();
}

void Session::overflow() {
  be_slow_consumer();
}

void Session::count_delivered(std::uint64_t messages, std::uint64_t bytes) {
  state_.traffic.out_messages += messages;
  state_.traffic.out_bytes += bytes;
  Traffic& total = worker_.counters().total;
  total.out_messages += messages;
  total.out_bytes += bytes;
}

void Session::write(std::string_view text) {
  outgoing(text.size()).append(text);
}

void Session::write_err(std::string_view text) {
  if (traced_) trace_out(fmt::format("-ERR {}", text));
  write(err_line(text));
}

void Session::set_limits(const SessionLimits& limits) {
  limits_ = limits;
  parser_.set_limits(limits.parser);
  connection_.set_write_deadline(limits.write_deadline);
  keepalive_.set(limits.keepalive);
  destination_->max_pending = limits.max_pending;
}

// What waits here is told to other workers' outboxes, but only when it changed: most turns begin
// and end with nothing waiting and cost no atomic.
void Session::publish_pending() {
  const std::size_t now = connection_.pending_bytes();
  if (now == published_pending_) return;
  destination_->pending.fetch_add(now - published_pending_, std::memory_order_relaxed);
  published_pending_ = now;
}

void Session::on_written(std::size_t) {
  publish_pending();
}

std::size_t Session::on_bytes(std::string_view bytes) {
  changing_ = false;
  keepalive_.on_traffic();
  state_.last_activity = std::chrono::system_clock::now();
  if (peeking_) [[unlikely]] {
    peeking_ = false;
    on_first_bytes(bytes);
    if (closed_ || changing_) return 0;
  }
  std::string_view input = bytes;
  Operation operation;
  while (!closed_ && !held_ && !changing_) {
    const Parsed parsed = parser_.next(input, operation);
    if (parsed == Parsed::incomplete) break;
    if (parsed == Parsed::error) {
      on_parse_error(parser_.error());
      break;
    }
    if (traced_) trace_in(operation);
    on_operation(operation);
  }
  if (!closed_ && !changing_) on_batch_end();
  return bytes.size() - input.size();
}

void Session::secure(TlsStart start) {
  changing_ = true;
  connection_.start_tls(std::move(start));
}

void Session::change_transport(Connection::Layer layer) {
  changing_ = true;
  connection_.change_transport(std::move(layer));
}

void Session::on_secured() {
  changing_ = false;
  const TlsPeer& peer = *connection_.tls_peer();
  state_.tls_version = peer.version;
  state_.tls_cipher = peer.cipher;
  base::log::debug("{} - TLS handshake complete, version TLS {}, cipher suite {}",
                   label_,
                   peer.version,
                   peer.cipher);
  on_tls();
}

void Session::give_up_tls() {
  base::log::error("{} - TLS handshake timeout", label_);
  close(CloseReason::tls_handshake_error);
}

void Session::pace() {
  if (pace_.is_running()) return;
  connection_.pause_reading();
  pace_.start(kLeastPace + std::chrono::milliseconds(worker_.random()() % (kMorePace + 1)),
              [this] { resume_reading(); });
}

void Session::hold() {
  held_ = true;
  connection_.pause_reading();
}

void Session::resume() {
  held_ = false;
  resume_reading();
}

void Session::resume_reading() {
  if (!held_ && !pace_.is_running() && !closed_) connection_.resume_reading();
}

void Session::on_fault(Fault fault) {
  switch (fault) {
    case Fault::end_of_stream:
      return close(CloseReason::client_closed);
    case Fault::read_failed:
      if (const std::string& why = connection_.failure(); !why.empty()) {
        base::log::error("{} - read error: {}", label_, why);
      }
      return close(CloseReason::read_error);
    case Fault::write_failed:
      return close(CloseReason::write_error);
    case Fault::tls_handshake:
      base::log::error("{} - TLS handshake error: {}", label_, connection_.failure());
      return close(CloseReason::tls_handshake_error);
    case Fault::write_deadline:
      break;
  }
  ++slow_ones(worker_.counters(), destination_->kind);
  base::log::info(
      "{} - Slow Consumer Detected: WriteDeadline of {} exceeded with {} chunks of {} total bytes.",
      label_,
      base::format_duration(limits_.write_deadline),
      connection_.pending_chunks(),
      connection_.pending_bytes());
  close(CloseReason::slow_consumer_write_deadline);
}

void Session::be_slow_consumer() {
  if (closed_) return;
  ++slow_ones(worker_.counters(), destination_->kind);
  base::log::info(
      "{} - Slow Consumer Detected: MaxPending of {} Exceeded", label_, limits_.max_pending);
  close(CloseReason::slow_consumer_pending_bytes);
}

void Session::close(CloseReason reason, std::string_view err) {
  if (closed_) return;
  if (!err.empty()) write_err(err);
  closed_ = true;
  state_ = snapshot();
  state_.stop = std::chrono::system_clock::now();
  state_.reason = reason;
  destination_->open = false;
  destination_->endpoint = nullptr;
  keepalive_.stop();
  pace_.stop();
  on_close(reason);

  const bool slow = reason == CloseReason::slow_consumer_pending_bytes ||
                    reason == CloseReason::slow_consumer_write_deadline;
  if (!slow) connection_.set_farewell(farewell_status(reason), to_string(reason));
  if (slow) connection_.close();
  connection_.close_when_written([this] { worker_.release(*this); });
}

void Session::trace_out(std::string_view line) {
  base::log::trace("{} - ->> [{}]", label_, line);
}

void Session::trace_in(const Operation& operation) {
  const bool connect = operation.verb == Verb::connect;
  base::log::trace(
      "{} - <<- [{}]", label_, connect ? without_secrets(operation.line) : operation.line);
  if (operation.body.empty()) return;
  base::log::trace(
      "{} - <<- MSG_PAYLOAD: [\"{}\"]", label_, operation.body.substr(0, kTracedPayload));
}

}  // namespace broker
