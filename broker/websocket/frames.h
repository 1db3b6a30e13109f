#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// The frames of websocket connections: what they say, and how they are written. Pure.
//
//   82 05 68 65 6c 6c 6f                  a message in one frame, from us: "hello"
//   82 85 37 fa 21 3d 5f 9f 4d 51 58      the same from a client, masked with 37 fa 21 3d
//
// Source: RFC 6455 section 5, RFC 7692 section 6; nats-server server/websocket.go
namespace broker {

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

// A piece of what the peer said.
struct Frame {
  enum class Kind : std::uint8_t {
    nothing,  // what there is says nothing yet
    data,     // a part of a message, maybe an empty one
    ping,
    pong,
    close,
    violation,  // `why` says of what; nothing more can be read
  };

  Kind kind = Kind::nothing;
  std::span<char> payload = {};  // unmasked; of a control frame all of it
  bool compressed = false;       // belongs to a message that is
  bool ends_message = false;
  std::string why = {};
};

// Takes frames apart, wherever the reads cut them. Payloads are unmasked in place, control frames
// gathered within.
class FrameReader {
 public:
  // `masked`: as clients send them; `may_compress`: permessage-deflate was agreed on.
  FrameReader(bool masked, bool may_compress) : masked_(masked), may_compress_(may_compress) {}

  // Takes the next piece from the front of `input`, of a message at most `most` bytes.
  Frame next(std::span<char>& input, std::size_t most);

 private:
  static constexpr std::size_t kLongestHead = 14;
  static constexpr std::size_t kLongestControl = 125;

  std::size_t head_bytes() const;  // of the head whose beginning is here
  std::optional<std::string> open_frame();
  std::optional<std::string> check_control() const;
  std::optional<std::string> check_message();
  Frame message_piece(std::span<char>& input, std::size_t most);
  Frame control_piece(std::span<char>& input);
  void unmask(std::span<char> bytes);

  bool is_control() const { return (static_cast<unsigned char>(head_[0]) & 0x08U) != 0; }

  const bool masked_;
  const bool may_compress_;
  std::array<char, kLongestHead> head_{};
  std::size_t head_size_ = 0;
  std::uint64_t left_ = 0;  // payload still to come
  std::size_t mask_at_ = 0;
  std::array<char, kLongestControl> control_{};
  std::size_t control_size_ = 0;
  bool in_frame_ = false;
  bool in_message_ = false;  // its last frame has not begun
  bool compressed_ = false;  // the message in hand
};

// How a frame of ours begins: never masked. `bytes` are those of its payload.
struct FrameHead {
  std::array<char, 10> bytes{};
  std::size_t size = 0;

  std::string_view view() const { return {bytes.data(), size}; }
};

struct FrameMarks {
  Opcode opcode = Opcode::binary;
  bool final = true;
  bool compressed = false;
};

FrameHead frame_head(FrameMarks marks, std::size_t bytes);

// A whole control frame.
std::string control_frame(Opcode opcode, std::string_view payload);

// What a close frame says: a status of RFC 6455 section 7.4.1, and why. Longer reasons are cut.
std::string close_payload(std::uint16_t status, std::string_view why);

// What to answer to a close frame: its payload, which is empty when there was none. `violation`:
// it is not one, and this is why.
struct CloseAnswer {
  std::string payload = {};
  std::string violation = {};
};

CloseAnswer answer_close(std::string_view payload);

// Statuses that are ours to send.
inline constexpr std::uint16_t kNormalClosure = 1000;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kInvalidPayload = 1007;

}  // namespace broker
