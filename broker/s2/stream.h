#pragma once

#include "broker/net/chunk.h"
#include "broker/s2/block.h"

#include <span>
#include <string>
#include <vector>

#include <sys/uio.h>

// A stream of S2: chunks of some kind, each with its length and a checksum.
//
//   ff 06 00 00 53 32 73 54 77 4f         what it is: "S2sTwO"
//   00 <length, 3 bytes> <crc> <block>    compressed
//   01 <length, 3 bytes> <crc> <bytes>    as they are
//
// Source: google/snappy framing_format.txt; github.com/klauspost/compress/s2. Threads: one.
namespace broker {

enum class S2Level : std::uint8_t { uncompressed, compressed };

class S2Writer {
 public:
  explicit S2Writer(S2Level level) : level_(level) {}

  // Appends the chunks that `pieces` become: a reader has all of them then.
  void write(std::span<const iovec> pieces, Chunk& out);

 private:
  void write_block(std::string_view bytes, Chunk& out);

  const S2Level level_;
  bool begun_ = false;
};

class S2Reader {
 public:
  // Takes from the front of `input` what fits into `room`; how much of that is filled, 0: the input
  // says nothing more. Error: this is no stream of S2.
  base::Result<std::size_t> read(std::span<char>& input, std::span<char> room);

  bool holds_back() const { return given_ < plain_.size(); }

 private:
  static constexpr std::size_t kHeadBytes = 4;

  std::size_t chunk_bytes() const;  // of the chunk whose head is here
  base::Result<void> open_chunk();
  base::Result<void> read_chunk();

  std::vector<char> chunk_;  // the one on its way, with its head
  std::size_t skip_ = 0;     // of a chunk that says nothing to us
  std::vector<char> plain_;  // what the last one held
  std::size_t given_ = 0;    // of it
  bool begun_ = false;       // the stream has said what it is
};

}  // namespace broker
