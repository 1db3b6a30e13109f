#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Messages rendered once, before the clock runs.
namespace bench {

// What a publisher says over and over: whole messages in one string.
struct Block {
  std::string bytes = {};
  std::size_t messages = 0;
};

// PUB subject [reply] size, or HPUB when there are headers.
std::string pub_frame(std::string_view subject,
                      std::string_view payload,
                      std::string_view reply = {},
                      std::string_view headers = {});

// How many bytes a subscriber with this sid gets for such a message.
std::size_t msg_bytes(std::string_view subject,
                      std::string_view sid,
                      std::size_t payload,
                      std::size_t headers = 0);

// Blocks of about `bytes` (one message at least) that together hold `count` different messages.
std::vector<Block> render(std::size_t count,
                          std::size_t bytes,
                          const std::function<std::string(std::size_t)>& frame);

// The number as `digits` digits, so that all frames have one length.
std::string padded(std::size_t number, std::size_t digits);

}  // namespace bench
