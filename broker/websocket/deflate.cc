// The door to zlib.
#include "broker/websocket/deflate.h"

#include "broker/net/chunk.h"

#include <algorithm>
#include <limits>
#include <vector>

#include <zlib.h>

namespace broker {

namespace {

// No zlib header: the window's size, negated.
constexpr int kRawWindow = -MAX_WBITS;
constexpr int kMemory = 8;
constexpr std::size_t kStep = 16 * 1024;  // output is asked for in such pieces

// A flush ends with an empty block, which messages go without.
constexpr std::string_view kFlushed("\x00\x00\xff\xff", 4);

// So many of each a thread keeps: a message that arrives in pieces holds one meanwhile.
constexpr std::size_t kKept = 8;

Bytef* bytes_of(char* bytes) {
  return reinterpret_cast<Bytef*>(bytes);
}

// zlib does not write to its input.
Bytef* bytes_of(const char* bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));
}

uInt as_uint(std::size_t bytes) {
  return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
}

// A quarter of a megabyte each: made once a thread.
class Deflater {
 public:
  Deflater() {
    // As fast as it goes, as nats-server has it.
    deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kRawWindow, kMemory, Z_DEFAULT_STRATEGY);
  }

  ~Deflater() { deflateEnd(&stream_); }

  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::size_t compress(std::span<const iovec> pieces, Chunk& out) {
    deflateReset(&stream_);
    std::size_t made = 0;
    for (const iovec& piece : pieces) {
      stream_.next_in = static_cast<Bytef*>(piece.iov_base);
      stream_.avail_in = as_uint(piece.iov_len);
      while (stream_.avail_in > 0)
        made += step(out, Z_NO_FLUSH);
    }
    for (std::size_t got = kStep; got == kStep;) {
      got = step(out, Z_SYNC_FLUSH);
      made += got;
    }
    return made;
  }

 private:
  std::size_t step(Chunk& out, int flush) {
    stream_.next_out = bytes_of(out.reserve(kStep));
    stream_.avail_out = kStep;
    deflate(&stream_, flush);
    const std::size_t got = kStep - stream_.avail_out;
    out.advance(got);
    return got;
  }

  z_stream stream_{};
};

}  // namespace

std::size_t deflate_message(std::span<const iovec> pieces, Chunk& out) {
  thread_local Deflater deflater;
  const std::size_t made = deflater.compress(pieces, out);
  out.shorten(kFlushed.size());
  return made - kFlushed.size();
}

struct Inflater::State {
  State() { inflateInit2(&stream, kRawWindow); }

  ~State() { inflateEnd(&stream); }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void reset() {
    inflateReset(&stream);
    stream.avail_in = 0;
    ends = tail_given = over = filled = false;
  }

  // The piece first, then what the message left out at its end.
  bool has_input() {
    if (over) return false;
    if (stream.avail_in == 0 && ends && !tail_given) {
      tail_given = true;
      stream.next_in = bytes_of(kFlushed.data());
      stream.avail_in = static_cast<uInt>(kFlushed.size());
    }
    return stream.avail_in > 0;
  }

  z_stream stream{};
  bool ends = false;        // the last piece of the message was given
  bool tail_given = false;  // and what it left out
  bool over = false;        // a block said to be the last one: the rest says nothing
  bool filled = false;      // the last take() filled its room: there may be more
};

namespace {

// Those of messages that are done with, for those to come.
std::vector<std::unique_ptr<Inflater::State>>& shelf() {
  thread_local std::vector<std::unique_ptr<Inflater::State>> states;
  return states;
}

}  // namespace

Inflater::Inflater() {
  auto& kept = shelf();
  if (kept.empty()) {
    state_ = std::make_unique<State>();
    return;
  }
  state_ = std::move(kept.back());
  kept.pop_back();
  state_->reset();
}

Inflater::~Inflater() {
  if (shelf().size() < kKept) shelf().push_back(std::move(state_));
}

void Inflater::give(std::string_view piece, bool ends_message) {
  state_->stream.next_in = bytes_of(piece.data());
  state_->stream.avail_in = as_uint(piece.size());
  state_->ends = ends_message;
}

base::Result<std::size_t> Inflater::take(std::span<char> room) {
  State& state = *state_;
  std::size_t got = 0;
  while (got < room.size() && (state.has_input() || state.filled)) {
    state.stream.next_out = bytes_of(&room[got]);
    state.stream.avail_out = as_uint(room.size() - got);
    const int status = inflate(&state.stream, Z_SYNC_FLUSH);
    got = room.size() - state.stream.avail_out;
    state.filled = state.stream.avail_out == 0;
    if (status == Z_STREAM_END) {
      state.over = true;
      state.filled = false;
    } else if (status == Z_BUF_ERROR) {
      state.filled = false;
    } else if (status != Z_OK) {
      return base::Error(base::ErrorCode::invalid, "flate: corrupt input");
    }
  }
  return got;
}

bool Inflater::is_done() const {
  return state_->ends &&
         (state_->over || (state_->tail_given && state_->stream.avail_in == 0 && !state_->filled));
}

}  // namespace broker
