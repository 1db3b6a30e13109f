#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

// The client's side of websocket frames, for tests: written for what servers say, not for what
// strangers might.
namespace support {

// A masked frame; `first` is its first octet: 0x82 a binary message, 0x89 a ping, 0xc2 a compressed
// message.
std::string masked_frame(unsigned first, std::string_view payload);

// As a message of permessage-deflate has it.
std::string deflated(std::string_view bytes);
std::string inflated(std::string_view bytes);

// Takes a server's frames apart.
class FrameListener {
 public:
  struct Control {
    unsigned opcode;  // 8 close, 9 ping, 10 pong
    std::string payload;
  };

  // The messages that end with `bytes`, one after another.
  std::string hear(std::string_view bytes);

  std::optional<Control> next_control();

  std::size_t longest_frame() const { return longest_; }

  int compressed_messages() const { return compressed_; }

 private:
  bool take_frame(std::string& text);

  std::string raw_;
  std::string message_;
  bool message_compressed_ = false;
  std::deque<Control> controls_;
  std::size_t longest_ = 0;
  int compressed_ = 0;
};

}  // namespace support
