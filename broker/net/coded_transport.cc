#include "broker/net/coded_transport.h"

#include <algorithm>
#include <array>
#include <utility>

namespace broker {

namespace {

// So much of what waits is coded at once, so that a full socket is noticed in between.
constexpr std::size_t kCodedBytes = 256 * 1024;
constexpr std::size_t kPieces = 64;

// The pieces from byte `at` on, as far as they are coded at once.
std::span<const iovec> next_pieces(std::span<const iovec> pieces,
                                   std::size_t at,
                                   std::span<iovec> room) {
  std::size_t count = 0;
  std::size_t left = kCodedBytes;
  for (const iovec& piece : pieces) {
    const std::size_t skipped = std::min(at, piece.iov_len);
    at -= skipped;
    const std::size_t taken = std::min(piece.iov_len - skipped, left);
    if (taken == 0) continue;
    if (count == room.size()) break;
    room[count++] = {static_cast<char*>(piece.iov_base) + skipped, taken};
    left -= taken;
    if (left == 0) break;
  }
  return room.first(count);
}

}  // namespace

CodedTransport::CodedTransport(EventLoop& loop,
                               std::unique_ptr<Transport> below,
                               TransportUser& user,
                               std::size_t read_bytes,
                               std::string_view early)
    : loop_(loop),
      below_(std::move(below)),
      user_(&user),
      in_place_(read_bytes == 0),
      arrived_(std::max(read_bytes, early.size())) {
  below_->set_user(*this);
  std::copy(early.begin(), early.end(), arrived_.begin());
  input_ = std::span<char>(arrived_).first(early.size());
}

CodedTransport::~CodedTransport() {
  *alive_ = false;
  loop_.forget(*this);
  if (user_ != nullptr) below_->close();
}

// In a coming turn, unless we are gone by then.
void CodedTransport::later(Task task) {
  loop_.post([alive = alive_, task = std::move(task)] {
    if (*alive) task();
  });
}

// ---- writing

Transport::Written CodedTransport::write(std::span<const iovec> pieces) {
  if (!send_coded()) return {0, IoError::failed};
  if (is_full()) return {};
  Written written{std::exchange(unreported_, 0), IoError::none};
  for (std::size_t at = written.bytes;;) {
    std::array<iovec, kPieces> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto next = next_pieces(pieces, at, room);
    if (next.empty()) return written;
    std::size_t bytes = 0;
    for (const iovec& piece : next)
      bytes += piece.iov_len;
    encode(next, bytes, coded_);
    at += bytes;
    if (!send_coded()) return {written.bytes, IoError::failed};
    if (is_full()) {
      unreported_ = bytes;
      return written;
    }
    written.bytes += bytes;
  }
}

// What is coded, then what goes between. False: the socket failed.
bool CodedTransport::send_coded() {
  while (true) {
    if (!is_full()) {
      coded_ = Chunk();
      sent_ = 0;
      if (between_.empty()) return true;
      coded_.append(std::exchange(between_, {}));
    }
    const std::string_view rest = coded_.view().substr(sent_);
    const iovec piece{const_cast<char*>(rest.data()), rest.size()};
    const Written written = below_->write({&piece, 1});
    if (written.error != IoError::none) return false;
    sent_ += written.bytes;
    if (is_full()) return true;
  }
}

void CodedTransport::say(std::string_view bytes) {
  between_ += bytes;
  if (send_coded() && is_full()) wait_below();
}

void CodedTransport::wait_writable() {
  user_waits_ = true;
  wait_below();
}

void CodedTransport::wait_below() {
  if (std::exchange(waiting_below_, true)) return;
  below_->wait_writable();
}

void CodedTransport::on_writable() {
  waiting_below_ = false;
  // What is wrong, the next write or read says.
  if (send_coded() && is_full()) return wait_below();
  if (std::exchange(user_waits_, false)) user_->on_writable();
}

void CodedTransport::close() {
  if (user_ == nullptr) return;
  user_ = nullptr;
  *alive_ = false;
  loop_.forget(*this);
  between_ += farewell();
  send_coded();
  below_->close();
}

// ---- reading

void CodedTransport::start_read(std::span<char> room) {
  room_ = room;
  if (going_on_) return;
  if (!input_.empty() || holds_back() || is_ended()) {
    later([this] { go_on(); });
  } else {
    read_below();
  }
}

void CodedTransport::read_below() {
  if (std::exchange(reading_below_, true)) return;
  below_->start_read(in_place_ ? room_ : std::span<char>(arrived_));
}

void CodedTransport::on_read(std::size_t bytes, IoError error) {
  reading_below_ = false;
  input_ = (in_place_ ? room_ : std::span<char>(arrived_)).first(bytes);
  below_error_ = error;
  go_on();
}

void CodedTransport::on_failing(const std::string& why) {
  user_->on_failing(why);
}

// Reads for the user as long as it wants to and there is something.
void CodedTransport::go_on() {
  if (going_on_ || user_ == nullptr) return;
  const auto alive = alive_;
  going_on_ = true;
  while (*alive && !room_.empty() && !is_ended()) {
    const std::size_t got = decode(input_, room_);
    if (got == 0) break;
    room_ = {};
    user_->on_read(got, IoError::none);
  }
  if (!*alive) return;
  going_on_ = false;
  if (room_.empty()) return;
  // What was said before the end is answered before it is one.
  if (is_ended()) return loop_.at_turn_end(*this, EventLoop::Phase::write);
  if (below_error_ != IoError::none) return fail(below_error_);
  read_below();
}

void CodedTransport::end(IoError how) {
  ended_ = how;
}

void CodedTransport::end_failing(const std::string& why) {
  user_->on_failing(why);
  end(IoError::failed);
}

void CodedTransport::at_turn_end() {
  if (!room_.empty()) fail(ended_);
}

void CodedTransport::fail(IoError error) {
  room_ = {};
  user_->on_read(0, error);
}

}  // namespace broker
