#include "broker/websocket/transport.h"

#include "broker/net/coded_transport.h"
#include "broker/websocket/deflate.h"
#include "broker/websocket/frames.h"

#include <algorithm>
#include <cstring>

namespace broker {

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;  // of compressed frames at a time

// Source: nats-server server/websocket.go (wsFrameSizeForBrowsers, wsCompressThreshold)
constexpr std::size_t kSmallFrameBytes = 4096;
constexpr std::size_t kLeastCompressed = 65;

class WebsocketTransport final : public CodedTransport {
 public:
  WebsocketTransport(EventLoop& loop,
                     std::unique_ptr<Transport> below,
                     TransportUser& user,
                     const WebsocketMode& mode)
      : CodedTransport(loop, std::move(below), user, mode.compression ? kReadBytes : 0),
        mode_(mode),
        reader_(mode.masked, mode.compression) {}

  void set_farewell(std::uint16_t status, std::string_view why) override {
    if (!close_said_) farewell_ = control_frame(Opcode::close, close_payload(status, why));
  }

 private:
  void encode(std::span<const iovec> message, std::size_t bytes, Chunk& out) override {
    if (mode_.compression && bytes >= kLeastCompressed) return encode_compressed(message, out);
    const std::size_t longest = mode_.small_frames ? kSmallFrameBytes : bytes;
    std::size_t frame_left = 0;
    for (const iovec& piece : message) {
      std::string_view text(static_cast<const char*>(piece.iov_base), piece.iov_len);
      while (!text.empty()) {
        if (frame_left == 0) {
          frame_left = std::min(longest, bytes);
          bytes -= frame_left;
          out.append(frame_head({}, frame_left).view());
        }
        const std::size_t fits = std::min(frame_left, text.size());
        out.append(text.substr(0, fits));
        text.remove_prefix(fits);
        frame_left -= fits;
      }
    }
  }

  // One message, of several frames where long ones are not wanted.
  void encode_compressed(std::span<const iovec> message, Chunk& out) const {
    Chunk small;
    deflate_message(message, small);
    std::string_view rest = small.view();
    const bool split = mode_.small_frames && !mode_.whole_messages;
    const std::size_t longest = split ? kSmallFrameBytes : rest.size();
    for (bool first = true; first || !rest.empty(); first = false) {
      const std::string_view payload = rest.substr(0, longest);
      rest.remove_prefix(payload.size());
      const FrameMarks marks{.opcode = first ? Opcode::binary : Opcode::continuation,
                             .final = rest.empty(),
                             .compressed = first};
      out.append(frame_head(marks, payload.size()).view());
      out.append(payload);
    }
  }

  bool holds_back() const override { return inflater_ != nullptr; }

  std::size_t decode(std::span<char>& input, std::span<char> room) override {
    std::size_t got = 0;
    while (got < room.size() && !is_ended()) {
      if (inflater_ != nullptr && inflate_into(room, got)) continue;
      if (is_ended()) break;
      const Frame piece = reader_.next(input, room.size() - got);
      if (piece.kind == Frame::Kind::nothing) break;
      if (piece.kind != Frame::Kind::data) {
        on_control(piece);
      } else if (piece.compressed) {
        if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
        inflater_->give({piece.payload.data(), piece.payload.size()}, piece.ends_message);
      } else {
        std::memmove(room.data() + got, piece.payload.data(), piece.payload.size());
        got += piece.payload.size();
      }
    }
    return got;
  }

  // False: the message in hand gives nothing more now; another piece of it, or the next message,
  // may be looked at.
  bool inflate_into(std::span<char> room, std::size_t& got) {
    const auto bytes = inflater_->take(room.subspan(got));
    if (!bytes) {
      refuse(bytes.error().what);
      return false;
    }
    got += *bytes;
    if (inflater_->is_done()) inflater_.reset();
    return *bytes > 0;
  }

  void on_control(const Frame& frame) {
    const std::string_view payload(frame.payload.data(), frame.payload.size());
    if (frame.kind == Frame::Kind::violation) return refuse(frame.why);
    if (frame.kind == Frame::Kind::ping) return say(control_frame(Opcode::pong, payload));
    if (frame.kind != Frame::Kind::close) return;
    const CloseAnswer answer = answer_close(payload);
    if (!answer.violation.empty()) return refuse(answer.violation);
    answer_with(answer.payload);
    end(IoError::end_of_stream);
  }

  void refuse(const std::string& why) {
    answer_with(close_payload(kProtocolError, why));
    end_failing(why);
  }

  void answer_with(std::string_view payload) {
    close_said_ = true;
    farewell_ = control_frame(Opcode::close, payload);
  }

  std::string farewell() override { return farewell_; }

  const WebsocketMode mode_;
  FrameReader reader_;
  std::unique_ptr<Inflater> inflater_;  // while a compressed message is on its way
  std::string farewell_;                // the close frame with which it ends
  bool close_said_ = false;             // it answers the peer, whatever else is to be said
};

}  // namespace

std::unique_ptr<Transport> websocket_transport(EventLoop& loop,
                                               std::unique_ptr<Transport> below,
                                               TransportUser& user,
                                               const WebsocketMode& mode) {
  return std::make_unique<WebsocketTransport>(loop, std::move(below), user, mode);
}

}  // namespace broker
