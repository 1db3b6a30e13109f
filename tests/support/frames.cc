#include "tests/support/frames.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <zlib.h>

namespace support {

namespace {

constexpr std::string_view kFlushed("\x00\x00\xff\xff", 4);

unsigned octet(char byte) {
  return static_cast<unsigned char>(byte);
}

std::string length_of(std::size_t size, unsigned mask) {
  std::string text;
  const auto put = [&](std::size_t byte) { text += static_cast<char>(byte & 0xFFU); };
  if (size < 126) {
    put(size | mask);
    return text;
  }
  const bool large = size > 0xFFFF;
  put((large ? 127U : 126U) | mask);
  for (unsigned shift = large ? 64 : 16; shift > 0; shift -= 8)
    put(size >> (shift - 8));
  return text;
}

// Runs zlib over `bytes`.
template <class Step>
std::string through(z_stream& stream, std::string_view bytes, Step step) {
  std::string out;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  do {
    char room[16384];
    stream.next_out = reinterpret_cast<Bytef*>(room);
    stream.avail_out = sizeof room;
    const int status = step(&stream, Z_SYNC_FLUSH);
    if (status != Z_OK && status != Z_BUF_ERROR) throw std::runtime_error("not deflated");
    out.append(room, sizeof room - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

}  // namespace

std::string masked_frame(unsigned first, std::string_view payload) {
  constexpr std::string_view kMask = "\x37\xfa\x21\x3d";
  std::string frame(1, static_cast<char>(first));
  frame += length_of(payload.size(), 0x80);
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame += static_cast<char>(octet(payload[i]) ^ octet(kMask[i % kMask.size()]));
  return frame;
}

std::string deflated(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out = through(stream, bytes, deflate);
  deflateEnd(&stream);
  out.resize(out.size() - kFlushed.size());
  return out;
}

std::string inflated(std::string_view bytes) {
  z_stream stream{};
  inflateInit2(&stream, -MAX_WBITS);
  std::string out = through(stream, std::string(bytes).append(kFlushed), inflate);
  inflateEnd(&stream);
  return out;
}

std::string FrameListener::hear(std::string_view bytes) {
  raw_.append(bytes);
  std::string text;
  while (take_frame(text))
    continue;
  return text;
}

// False: no whole frame is here.
bool FrameListener::take_frame(std::string& text) {
  if (raw_.size() < 2) return false;
  const unsigned first = octet(raw_[0]);
  std::size_t size = octet(raw_[1]) & 0x7FU;
  const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (raw_.size() < 2 + more) return false;
  if (more > 0) size = 0;
  for (std::size_t i = 0; i < more; ++i)
    size = size << 8U | octet(raw_[2 + i]);
  if (raw_.size() < 2 + more + size) return false;
  if ((octet(raw_[1]) & 0x80U) != 0) throw std::runtime_error("a server's frame is masked");
  const std::string payload = raw_.substr(2 + more, size);
  raw_.erase(0, 2 + more + size);
  longest_ = std::max(longest_, size);
  const unsigned opcode = first & 0x0FU;
  if (opcode >= 8) {
    controls_.push_back({opcode, payload});
    return true;
  }
  if (opcode != 0) message_compressed_ = (first & 0x40U) != 0;
  message_ += payload;
  if ((first & 0x80U) == 0) return true;
  compressed_ += message_compressed_ ? 1 : 0;
  text += message_compressed_ ? inflated(message_) : message_;
  message_.clear();
  return true;
}

std::optional<FrameListener::Control> FrameListener::next_control() {
  if (controls_.empty()) return std::nullopt;
  Control control = std::move(controls_.front());
  controls_.pop_front();
  return control;
}

}  // namespace support
