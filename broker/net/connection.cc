#include "broker/net/connection.h"

#include <array>
#include <utility>

namespace broker {

namespace {

constexpr std::size_t kMostPieces =
    64;  // one writev takes at most so many chunks: 4 MiB of full ones

}  // namespace

Connection::Connection(EventLoop& loop,
                       Link link,
                       base::nanoseconds write_deadline,
                       ConnectionHandler& handler)
    : loop_(loop),
      handler_(handler),
      remote_(std::move(link.remote)),
      local_(std::move(link.local)),
      write_deadline_(write_deadline),
      transport_(link.transport != nullptr ? std::move(link.transport)
                                           : plain_transport(loop, std::move(link.socket), *this)),
      deadline_(loop),
      tls_peer_(std::move(link.tls_peer)) {
  transport_->set_user(*this);
}

Connection::~Connection() {
  shut();
}

void Connection::start() {
  if (state_ != State::fresh) return;
  state_ = State::open;
  read_more();
}

Chunk& Connection::tail(std::size_t bytes) {
  loop_.at_turn_end(*this, EventLoop::Phase::write);
  return queue_.tail(bytes);
}

void Connection::write(std::string_view text) {
  tail(text.size()).append(text);
}

void Connection::push(Chunk chunk) {
  loop_.at_turn_end(*this, EventLoop::Phase::write);
  queue_.push(std::move(chunk));
}

void Connection::pause_reading() {
  paused_ = true;
}

void Connection::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  if (reading_ || state_ != State::open) return;
  // What was left unread when the pause began comes first.
  if (!input_.unread().empty()) hand_up();
  if (paused_ || state_ != State::open) return;
  if (fault_waits_) return fail(*fault_waits_);
  read_more();
}

void Connection::read_more() {
  if (paused_ || reading_ || state_ != State::open) return;
  reading_ = true;
  transport_->start_read(input_.room(handler_.wanted_bytes()));
}

void Connection::hand_up() {
  handing_up_ = true;
  const std::size_t consumed = handler_.on_bytes(input_.unread());
  handing_up_ = false;
  input_.consume(consumed);
  if (layer_waits_ && state_ == State::open) change_now();
}

void Connection::change_transport(Layer layer) {
  if (state_ == State::closed) return;
  flush();
  layer_waits_ = std::move(layer);
  if (!handing_up_) change_now();
}

void Connection::start_tls(TlsStart start) {
  change_transport([this, start = std::move(start)](std::unique_ptr<Transport> below,
                                                    TransportUser& user,
                                                    std::string_view early) {
    return tls_transport(loop_, std::move(below), user, start, early);
  });
}

void Connection::change_now() {
  const Layer layer = std::exchange(layer_waits_, nullptr);
  const std::string early(input_.unread());
  input_.consume(early.size());
  transport_ = layer(std::move(transport_), *this, early);
}

void Connection::on_secured(const TlsPeer& peer) {
  tls_peer_ = peer;
  loop_.at_turn_end(*this, EventLoop::Phase::write);
  handler_.on_secured();
}

void Connection::on_failing(const std::string& why) {
  failure_ = why;
}

void Connection::on_read(std::size_t bytes, IoError error) {
  reading_ = false;
  if (state_ != State::open) return;
  if (bytes > 0) {
    input_.filled(bytes);
    if (!paused_) hand_up();
  }
  if (state_ != State::open) return;
  if (error == IoError::none) return read_more();
  const Fault fault = error == IoError::end_of_stream      ? Fault::end_of_stream
                      : error == IoError::handshake_failed ? Fault::tls_handshake
                                                           : Fault::read_failed;
  // Who said something and left is still heard, once the pause is over.
  if (paused_) {
    fault_waits_ = fault;
  } else {
    fail(fault);
  }
}

void Connection::at_turn_end() {
  flush();
}

void Connection::on_writable() {
  waiting_writable_ = false;
  flush();
}

void Connection::flush() {
  if (state_ == State::closed || waiting_writable_) return;
  // Written before it is read, and this is the hot path.
  std::array<iovec, kMostPieces> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  while (!queue_.empty()) {
    const auto pieces = queue_.pieces(room);
    std::size_t offered = 0;
    for (const iovec& piece : pieces)
      offered += piece.iov_len;
    const auto written = transport_->write(pieces);
    if (written.error != IoError::none) return fail(Fault::write_failed);
    queue_.written(written.bytes);
    overdue_ -= std::min(overdue_, written.bytes);
    if (state_ == State::open) handler_.on_written(written.bytes);
    if (state_ == State::closed) return;
    if (written.bytes < offered) {
      waiting_writable_ = true;
      transport_->wait_writable();
      return watch_deadline();
    }
  }
  deadline_.stop();
  overdue_ = 0;
  if (state_ == State::draining) end_draining();
}

// What waits now must have left when the deadline comes; what is added later gets a deadline of its
// own.
void Connection::watch_deadline() {
  if (deadline_.is_running() && overdue_ > 0) return;
  overdue_ = queue_.bytes();
  deadline_.start(write_deadline_, [this] {
    if (state_ == State::draining) return end_draining();
    fail(Fault::write_deadline);
  });
}

void Connection::end_draining() {
  const Task drained = std::move(drained_);
  shut();
  if (drained) drained();
}

void Connection::shut() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  deadline_.stop();
  loop_.forget(*this);
  transport_->close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  if (!waiting_writable_ && !queue_.empty()) {
    std::array<iovec, kMostPieces> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    queue_.written(transport_->write(queue_.pieces(room)).bytes);
  }
  shut();
}

void Connection::close_when_written(Task closed) {
  if (state_ == State::closed) {
    if (closed) closed();
    return;
  }
  state_ = State::draining;
  drained_ = std::move(closed);
  deadline_.stop();
  overdue_ = 0;
  if (waiting_writable_) {
    watch_deadline();
  } else {
    loop_.at_turn_end(*this, EventLoop::Phase::write);
  }
}

void Connection::fail(Fault fault) {
  const bool heard = state_ == State::open || state_ == State::fresh;
  const Task drained = std::move(drained_);
  shut();
  if (heard) handler_.on_fault(fault);
  if (drained) drained();
}

}  // namespace broker
