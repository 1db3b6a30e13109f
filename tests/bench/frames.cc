#include "tests/bench/frames.h"

#include <algorithm>

namespace bench {

std::string pub_frame(std::string_view subject,
                      std::string_view payload,
                      std::string_view reply,
                      std::string_view headers) {
  std::string text = (headers.empty() ? "PUB " : "HPUB ") + std::string(subject) + " ";
  if (!reply.empty()) text += std::string(reply) + " ";
  if (!headers.empty()) text += std::to_string(headers.size()) + " ";
  text += std::to_string(headers.size() + payload.size()) + "\r\n";
  text += headers;
  text += payload;
  return text + "\r\n";
}

std::size_t msg_bytes(std::string_view subject,
                      std::string_view sid,
                      std::size_t payload,
                      std::size_t headers) {
  const std::size_t total = payload + headers;
  std::size_t bytes = subject.size() + sid.size() + std::to_string(total).size() + total;
  bytes += std::string_view("MSG   \r\n\r\n").size();
  if (headers > 0) bytes += std::to_string(headers).size() + std::string_view("H ").size();
  return bytes;
}

std::vector<Block> render(std::size_t count,
                          std::size_t bytes,
                          const std::function<std::string(std::size_t)>& frame) {
  std::vector<Block> blocks(1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = frame(i);
    if (blocks.back().messages > 0 && blocks.back().bytes.size() + text.size() > bytes)
      blocks.emplace_back();
    blocks.back().bytes += text;
    ++blocks.back().messages;
  }
  return blocks;
}

std::string padded(std::size_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

}  // namespace bench
