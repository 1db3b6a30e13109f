#include "broker/websocket/frames.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace broker {

namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;
constexpr unsigned kReserved = 0x30;
constexpr unsigned kMask = 0x80;
constexpr std::size_t kMaskBytes = 4;
constexpr unsigned kTwoByteLength = 126;
constexpr unsigned kEightByteLength = 127;

unsigned octet(char byte) {
  return static_cast<unsigned char>(byte);
}

Frame violation(std::string why) {
  Frame frame;
  frame.kind = Frame::Kind::violation;
  frame.why = std::move(why);
  return frame;
}

// Source: RFC 6455 section 7.4; nats-server server/websocket.go (wsIsValidCloseStatus)
bool may_be_sent(unsigned status) {
  const bool defined = status >= 1000 && status <= 1014;
  const bool not_sent = status == 1004 || status == 1005 || status == 1006;
  return (defined && !not_sent) || (status >= 3000 && status <= 4999);
}

// How many bytes the code point takes that begins with `first`; 0: none begins so.
std::size_t utf8_bytes(unsigned first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const unsigned first = octet(text[0]);
    const std::size_t bytes = utf8_bytes(first);
    if (bytes == 0 || bytes > text.size()) return false;
    for (std::size_t i = 1; i < bytes; ++i) {
      if ((octet(text[i]) & 0xC0U) != 0x80U) return false;
    }
    if (bytes > 2) {  // no overlong forms, no surrogates, nothing beyond U+10FFFF
      const unsigned second = octet(text[1]);
      if (first == 0xE0 && second < 0xA0) return false;
      if (first == 0xED && second >= 0xA0) return false;
      if (first == 0xF0 && second < 0x90) return false;
      if (first == 0xF4 && second >= 0x90) return false;
    }
    text.remove_prefix(bytes);
  }
  return true;
}

std::uint64_t big_endian(const char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value = value << 8U | octet(bytes[i]);
  return value;
}

}  // namespace

std::size_t FrameReader::head_bytes() const {
  if (head_size_ < 2) return 2;
  const unsigned length = octet(head_[1]) & 0x7FU;
  const std::size_t more = length == kTwoByteLength ? 2 : length == kEightByteLength ? 8 : 0;
  return 2 + more + (masked_ ? kMaskBytes : 0);
}

Frame FrameReader::next(std::span<char>& input, std::size_t most) {
  while (!in_frame_) {
    const std::size_t wanted = head_bytes();
    if (head_size_ == wanted) {
      if (auto why = open_frame()) return violation(*std::move(why));
      break;
    }
    if (input.empty()) return {};
    const std::size_t taken = std::min(wanted - head_size_, input.size());
    std::copy_n(input.begin(), taken, head_.begin() + static_cast<std::ptrdiff_t>(head_size_));
    head_size_ += taken;
    input = input.subspan(taken);
  }
  return is_control() ? control_piece(input) : message_piece(input, most);
}

// A whole head is here. An answer is what is wrong with it.
std::optional<std::string> FrameReader::open_frame() {
  const unsigned first = octet(head_[0]);
  const unsigned length = octet(head_[1]) & 0x7FU;
  if ((first & kReserved) != 0) return "RSV2 and RSV3 must be clear";
  if ((first & kCompressed) != 0 && !may_compress_) {
    return "compressed frame received without negotiated permessage-deflate";
  }
  if (masked_ && (octet(head_[1]) & kMask) == 0) return "mask bit missing";
  left_ = length;
  if (length == kTwoByteLength) left_ = big_endian(&head_[2], 2);
  if (length == kEightByteLength) left_ = big_endian(&head_[2], 8);
  if (auto why = is_control() ? check_control() : check_message()) return why;
  if (left_ >> 63U != 0) return "invalid 64-bit payload length";
  mask_at_ = 0;
  control_size_ = 0;
  in_frame_ = true;
  return std::nullopt;
}

std::optional<std::string> FrameReader::check_control() const {
  const unsigned first = octet(head_[0]);
  const unsigned opcode = first & 0x0FU;
  if (opcode > static_cast<unsigned>(Opcode::pong)) return fmt::format("unknown opcode {}", opcode);
  if (left_ > kLongestControl) {
    return fmt::format("control frame length bigger than maximum allowed of {} bytes",
                       kLongestControl);
  }
  if ((first & kFinal) == 0) return "control frame does not have final bit set";
  if ((first & kCompressed) != 0) return "control frame must not be compressed";
  return std::nullopt;
}

std::optional<std::string> FrameReader::check_message() {
  const unsigned first = octet(head_[0]);
  const unsigned opcode = first & 0x0FU;
  const bool compressed = (first & kCompressed) != 0;
  if (opcode > static_cast<unsigned>(Opcode::binary)) {
    return fmt::format("unknown opcode {}", opcode);
  }
  if (opcode == static_cast<unsigned>(Opcode::continuation)) {
    if (!in_message_ || compressed) return "invalid continuation frame";
  } else {
    if (in_message_) {
      return "new message started before final frame for previous message was received";
    }
    compressed_ = compressed;
  }
  in_message_ = (first & kFinal) == 0;
  return std::nullopt;
}

Frame FrameReader::message_piece(std::span<char>& input, std::size_t most) {
  const auto fits = static_cast<std::size_t>(
      std::min<std::uint64_t>(left_, std::min<std::size_t>(input.size(), most)));
  if (fits == 0 && left_ > 0) return {};
  Frame frame;
  frame.kind = Frame::Kind::data;
  frame.payload = input.first(fits);
  frame.compressed = compressed_;
  unmask(frame.payload);
  input = input.subspan(fits);
  left_ -= fits;
  if (left_ == 0) {
    in_frame_ = false;
    head_size_ = 0;
    frame.ends_message = !in_message_;
  }
  return frame;
}

Frame FrameReader::control_piece(std::span<char>& input) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  std::copy_n(input.begin(), taken, control_.begin() + static_cast<std::ptrdiff_t>(control_size_));
  input = input.subspan(taken);
  control_size_ += taken;
  left_ -= taken;
  if (left_ > 0) return {};
  Frame frame;
  frame.payload = std::span(control_).first(control_size_);
  unmask(frame.payload);
  const auto opcode = static_cast<Opcode>(octet(head_[0]) & 0x0FU);
  frame.kind = opcode == Opcode::close  ? Frame::Kind::close
               : opcode == Opcode::ping ? Frame::Kind::ping
                                        : Frame::Kind::pong;
  in_frame_ = false;
  head_size_ = 0;
  return frame;
}

// Eight bytes at a time: it is all of what a client sends.
void FrameReader::unmask(std::span<char> bytes) {
  if (!masked_) return;
  const char* key = &head_[head_size_ - kMaskBytes];
  std::array<char, 8> turned{};
  for (std::size_t i = 0; i < turned.size(); ++i)
    turned[i] = key[(mask_at_ + i) % kMaskBytes];
  std::uint64_t mask = 0;
  std::memcpy(&mask, turned.data(), sizeof mask);
  std::size_t i = 0;
  for (; i + sizeof mask <= bytes.size(); i += sizeof mask) {
    std::uint64_t word = 0;
    std::memcpy(&word, &bytes[i], sizeof word);
    word ^= mask;
    std::memcpy(&bytes[i], &word, sizeof word);
  }
  for (; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(octet(bytes[i]) ^ octet(turned[i % turned.size()]));
  mask_at_ = (mask_at_ + bytes.size()) % kMaskBytes;
}

FrameHead frame_head(FrameMarks marks, std::size_t bytes) {
  FrameHead head;
  const auto put = [&](std::uint64_t octet) {
    head.bytes[head.size++] = static_cast<char>(octet & 0xFFU);
  };
  put(static_cast<unsigned>(marks.opcode) | (marks.final ? kFinal : 0U) |
      (marks.compressed ? kCompressed : 0U));
  if (bytes < kTwoByteLength) {
    put(bytes);
  } else if (bytes <= 0xFFFF) {
    put(kTwoByteLength);
    put(bytes >> 8U);
    put(bytes);
  } else {
    put(kEightByteLength);
    for (unsigned shift = 64; shift > 0; shift -= 8)
      put(static_cast<std::uint64_t>(bytes) >> (shift - 8));
  }
  return head;
}

std::string control_frame(Opcode opcode, std::string_view payload) {
  std::string frame(frame_head({.opcode = opcode}, payload.size()).view());
  return frame.append(payload);
}

std::string close_payload(std::uint16_t status, std::string_view why) {
  constexpr std::size_t kMostText = 123;
  constexpr std::string_view kCut = "...";
  std::string payload = {static_cast<char>(status >> 8U), static_cast<char>(status & 0xFFU)};
  if (why.size() <= kMostText) return payload.append(why);
  return payload.append(why.substr(0, kMostText - kCut.size())).append(kCut);
}

CloseAnswer answer_close(std::string_view payload) {
  if (payload.empty()) return {};
  if (payload.size() == 1) return {.violation = "close frame payload cannot be 1 byte"};
  const auto status = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
  if (!may_be_sent(status)) {
    return {.violation = fmt::format("invalid close status code {}", status)};
  }
  const std::string_view why = payload.substr(2);
  if (!is_utf8(why)) return {close_payload(kInvalidPayload, "invalid utf8 body in close frame")};
  return {close_payload(status, why)};
}

}  // namespace broker
