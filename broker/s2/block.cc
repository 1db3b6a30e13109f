#include "broker/s2/block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace broker {

namespace {

// The tags: what kind an element is, in the two lowest bits of its first byte.
constexpr unsigned kLiteral = 0;
constexpr unsigned kCopy1 = 1;
constexpr unsigned kCopy2 = 2;
constexpr unsigned kCopy4 = 3;

unsigned octet(char byte) {
  return static_cast<unsigned char>(byte);
}

// ---- making blocks

constexpr int kMostTableBits = 14;
constexpr int kLeastTableBits = 8;
constexpr std::size_t kLeastMatch = 4;
constexpr std::size_t kTail = 15;  // no match begins in the last bytes: loads of eight stay inside

std::uint32_t load4(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

void put(std::vector<char>& out, std::size_t byte) {
  out.push_back(static_cast<char>(byte & 0xFFU));
}

void put_literal(std::vector<char>& out, std::string_view text) {
  if (text.empty()) return;
  const std::size_t n = text.size() - 1;
  if (n < 60) {
    put(out, n << 2U | kLiteral);
  } else if (n < 256) {
    put(out, 60U << 2U | kLiteral);
    put(out, n);
  } else {
    put(out, 61U << 2U | kLiteral);
    put(out, n);
    put(out, n >> 8U);
  }
  out.insert(out.end(), text.begin(), text.end());
}

void put_copy2(std::vector<char>& out, std::size_t distance, std::size_t length) {
  put(out, (length - 1) << 2U | kCopy2);
  put(out, distance);
  put(out, distance >> 8U);
}

void put_copy(std::vector<char>& out, std::size_t distance, std::size_t length) {
  for (; length >= 68; length -= 64)
    put_copy2(out, distance, 64);
  if (length > 64) {
    put_copy2(out, distance, 60);
    length -= 60;
  }
  if (length >= 12 || distance >= 2048) return put_copy2(out, distance, length);
  put(out, (distance >> 8U) << 5U | (length - 4) << 2U | kCopy1);
  put(out, distance);
}

// Where four bytes with this hash were last seen, in one block of so many bytes: a small one makes
// a small table.
class Places {
 public:
  explicit Places(std::size_t bytes)  // NOLINT(cppcoreguidelines-pro-type-member-init)
      : bits_(
            std::clamp(static_cast<int>(std::bit_width(bytes)), kLeastTableBits, kMostTableBits)) {
    std::fill_n(places_.begin(), std::size_t{1} << static_cast<unsigned>(bits_), std::uint16_t{0});
  }

  std::size_t exchange(const char* at, std::size_t place) {
    const std::uint32_t hash = (load4(at) * 0x1E35A7BDU) >> static_cast<unsigned>(32 - bits_);
    return std::exchange(places_[hash], static_cast<std::uint16_t>(place));
  }

 private:
  const int bits_;
  // As far as it is used it is filled by the constructor.
  std::array<std::uint16_t, 1U << kMostTableBits> places_;
};

std::size_t match_length(std::string_view bytes, std::size_t from, std::size_t at) {
  std::size_t length = 0;
  for (; at + length + sizeof(std::uint64_t) <= bytes.size(); length += sizeof(std::uint64_t)) {
    std::uint64_t one = 0;
    std::uint64_t other = 0;
    std::memcpy(&one, &bytes[from + length], sizeof one);
    std::memcpy(&other, &bytes[at + length], sizeof other);
    if (one == other) continue;
    return length + static_cast<std::size_t>(std::countr_zero(one ^ other)) / 8;
  }
  while (at + length < bytes.size() && bytes[from + length] == bytes[at + length])
    ++length;
  return length;
}

// ---- reading blocks

base::Error corrupt() {
  return {base::ErrorCode::invalid, "s2: corrupt input"};
}

class BlockReader {
 public:
  BlockReader(std::string_view block, std::vector<char>& out) : rest_(block), out_(out) {}

  base::Result<void> read(std::size_t most) {
    std::uint64_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (rest_.empty() || shift > 28) return corrupt();
      const unsigned byte = take();
      size |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) break;
    }
    if (size > most) return corrupt();
    out_.resize(static_cast<std::size_t>(size));
    while (!rest_.empty()) {
      if (!read_element()) return corrupt();
    }
    if (done_ != out_.size()) return corrupt();
    return {};
  }

 private:
  unsigned take() {
    const unsigned byte = octet(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  // A number of so many bytes, the lowest first.
  bool take_number(std::size_t bytes, std::size_t& value) {
    if (rest_.size() < bytes) return false;
    value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value |= static_cast<std::size_t>(take()) << (8 * i);
    return true;
  }

  bool read_element() {
    const unsigned tag = take();
    switch (tag & 3U) {
      case kLiteral:
        return read_literal(tag >> 2U);
      case kCopy1:
        return read_copy1(tag);
      case kCopy2:
        return take_number(2, distance_) && copy((tag >> 2U) + 1);
      default:
        return take_number(4, distance_) && copy((tag >> 2U) + 1);
    }
  }

  bool read_literal(std::size_t length) {
    if (length >= 60 && !take_number(length - 59, length)) return false;
    ++length;
    if (length > rest_.size() || length > out_.size() - done_) return false;
    std::memcpy(&out_[done_], rest_.data(), length);
    rest_.remove_prefix(length);
    done_ += length;
    return true;
  }

  // A distance of 0 is what S2 has beyond Snappy: the last one again, and maybe a longer length.
  bool read_copy1(unsigned tag) {
    std::size_t low = 0;
    if (!take_number(1, low)) return false;
    std::size_t length = (tag >> 2U) & 7U;
    const std::size_t distance = (tag & 0xE0U) << 3U | low;
    if (distance != 0) {
      distance_ = distance;
      return copy(length + 4);
    }
    if (length >= 5) {
      const std::size_t bytes = length - 4;
      constexpr std::array<std::size_t, 4> kBeyond = {0, 4, 256, 65536};
      if (!take_number(bytes, length)) return false;
      length += kBeyond[bytes];
    }
    return copy(length + 4);
  }

  bool copy(std::size_t length) {
    if (distance_ == 0 || distance_ > done_ || length > out_.size() - done_) return false;
    char* to = &out_[done_];
    const char* from = to - distance_;
    if (distance_ >= length) {
      std::memcpy(to, from, length);
    } else {
      for (std::size_t i = 0; i < length; ++i)  // it copies what it has just written
        to[i] = from[i];
    }
    done_ += length;
    return true;
  }

  std::string_view rest_;
  std::vector<char>& out_;
  std::size_t done_ = 0;
  std::size_t distance_ = 0;  // of the last copy
};

}  // namespace

// Greedy, and less and less thorough where nothing repeats.
void compress_block(std::string_view bytes, std::vector<char>& out) {
  for (std::size_t size = bytes.size();; size >>= 7U) {
    put(out, size < 0x80 ? size : (size & 0x7FU) | 0x80U);
    if (size < 0x80) break;
  }
  std::size_t said = 0;
  if (bytes.size() > kTail) {
    Places places(bytes.size());
    const std::size_t end = bytes.size() - kTail;
    for (std::size_t at = 1; at < end;) {
      const std::size_t from = places.exchange(&bytes[at], at);
      if (from >= at || load4(&bytes[from]) != load4(&bytes[at])) {
        at += 1 + ((at - said) >> 5U);
        continue;
      }
      const std::size_t length =
          kLeastMatch + match_length(bytes, from + kLeastMatch, at + kLeastMatch);
      put_literal(out, bytes.substr(said, at - said));
      put_copy(out, at - from, length);
      at += length;
      said = at;
      if (at < end) places.exchange(&bytes[at - 1], at - 1);
    }
  }
  put_literal(out, bytes.substr(said));
}

base::Result<void> decompress_block(std::string_view block,
                                    std::size_t most,
                                    std::vector<char>& out) {
  return BlockReader(block, out).read(most);
}

}  // namespace broker
