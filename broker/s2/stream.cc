#include "broker/s2/stream.h"

#include "broker/s2/crc32c.h"

#include <algorithm>
#include <cstring>

namespace broker {

namespace {

constexpr unsigned kCompressed = 0x00;
constexpr unsigned kAsTheyAre = 0x01;
constexpr unsigned kFirstSkippable = 0x80;
constexpr unsigned kIdentifier = 0xFF;

constexpr std::string_view kBegin("\xff\x06\x00\x00S2sTwO", 10);
constexpr std::string_view kName = "S2sTwO";
constexpr std::string_view kSnappyName = "sNaPpY";

constexpr std::size_t kCrcBytes = 4;
constexpr std::size_t kMostPlainBytes = 4 * 1024 * 1024;  // a block of S2
constexpr std::size_t kMostChunkBytes = kMostPlainBytes + kMostPlainBytes / 6 + 64;

// So little is not worth trying.
constexpr std::size_t kLeastCompressed = 32;

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
}

std::size_t number(const char* at, std::size_t bytes) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value |= static_cast<std::size_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  return value;
}

void put_number(Chunk& out, std::size_t value, std::size_t bytes) {
  char* to = out.reserve(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    to[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
  out.advance(bytes);
}

base::Error corrupt_stream() {
  return {base::ErrorCode::invalid, "s2: corrupt input"};
}

// Where blocks are put together and made: of the thread, since none outlives a call.
std::vector<char>& scratch() {
  thread_local std::vector<char> bytes;
  bytes.clear();
  return bytes;
}

std::vector<char>& gathering() {
  thread_local std::vector<char> bytes;
  bytes.clear();
  return bytes;
}

}  // namespace

void S2Writer::write(std::span<const iovec> pieces, Chunk& out) {
  if (!std::exchange(begun_, true)) out.append(kBegin);
  std::vector<char>& block = gathering();
  for (const iovec& piece : pieces) {
    std::string_view text(static_cast<const char*>(piece.iov_base), piece.iov_len);
    while (!text.empty()) {
      const auto fits = std::min(text.size(), kMostBlockBytes - block.size());
      block.insert(block.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(fits));
      text.remove_prefix(fits);
      if (block.size() < kMostBlockBytes) continue;
      write_block({block.data(), block.size()}, out);
      block.clear();
    }
  }
  if (!block.empty()) write_block({block.data(), block.size()}, out);
}

void S2Writer::write_block(std::string_view bytes, Chunk& out) {
  std::vector<char>& small = scratch();
  const bool tried = level_ == S2Level::compressed && bytes.size() >= kLeastCompressed;
  if (tried) compress_block(bytes, small);
  // What saves less than an eighth goes as it is.
  const bool worth_it = tried && small.size() < bytes.size() - bytes.size() / 8;
  const std::string_view body = worth_it ? std::string_view(small.data(), small.size()) : bytes;
  put_number(out, worth_it ? kCompressed : kAsTheyAre, 1);
  put_number(out, body.size() + kCrcBytes, 3);
  put_number(out, masked_crc(bytes), kCrcBytes);
  out.append(body);
}

base::Result<std::size_t> S2Reader::read(std::span<char>& input, std::span<char> room) {
  std::size_t got = 0;
  while (true) {
    const std::size_t fits = std::min(plain_.size() - given_, room.size() - got);
    std::copy_n(plain_.begin() + static_cast<std::ptrdiff_t>(given_),
                fits,
                room.begin() + static_cast<std::ptrdiff_t>(got));
    got += fits;
    given_ += fits;
    if (got == room.size() || input.empty()) return got;
    if (skip_ > 0) {
      const std::size_t passed = std::min(skip_, input.size());
      input = input.subspan(passed);
      skip_ -= passed;
      continue;
    }
    const std::size_t wanted = chunk_.size() < kHeadBytes ? kHeadBytes : chunk_bytes();
    const std::size_t taken = std::min(wanted - chunk_.size(), input.size());
    chunk_.insert(chunk_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(taken));
    input = input.subspan(taken);
    if (chunk_.size() < wanted) continue;
    if (wanted == kHeadBytes) TRY(open_chunk());
    if (chunk_.size() >= kHeadBytes && chunk_.size() == chunk_bytes()) TRY(read_chunk());
  }
}

std::size_t S2Reader::chunk_bytes() const {
  return kHeadBytes + number(&chunk_[1], 3);
}

// Its head is here: what is too long or unknown ends it, what may be skipped is.
base::Result<void> S2Reader::open_chunk() {
  const auto kind = static_cast<unsigned char>(chunk_[0]);
  const std::size_t bytes = number(&chunk_[1], 3);
  if (!begun_ && kind != kIdentifier) return corrupt_stream();
  if (kind == kIdentifier) {
    if (bytes != kName.size()) return corrupt_stream();
  } else if (kind == kCompressed || kind == kAsTheyAre) {
    if (bytes < kCrcBytes || bytes > kMostChunkBytes) return corrupt_stream();
  } else if (kind < kFirstSkippable) {
    return base::Error(base::ErrorCode::invalid, "s2: unsupported input");
  } else {
    skip_ = bytes;
    chunk_.clear();
  }
  return {};
}

base::Result<void> S2Reader::read_chunk() {
  const auto kind = static_cast<unsigned char>(chunk_[0]);
  std::string_view body(chunk_.data() + kHeadBytes, chunk_.size() - kHeadBytes);
  if (kind == kIdentifier) {
    if (body != kName && body != kSnappyName) return corrupt_stream();
    begun_ = true;
    chunk_.clear();
    return {};
  }
  const auto crc = static_cast<std::uint32_t>(number(body.data(), kCrcBytes));
  body.remove_prefix(kCrcBytes);
  if (kind == kCompressed) {
    TRY(decompress_block(body, kMostPlainBytes, plain_));
  } else {
    if (body.size() > kMostPlainBytes) return corrupt_stream();
    plain_.assign(body.begin(), body.end());
  }
  given_ = 0;
  chunk_.clear();
  if (masked_crc({plain_.data(), plain_.size()}) != crc) return corrupt_stream();
  return {};
}

}  // namespace broker
