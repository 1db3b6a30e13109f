#include "broker/cluster/compression.h"
#include "broker/s2/crc32c.h"
#include "broker/s2/stream.h"

#include <random>

#include <doctest/doctest.h>

using broker::S2Level;
using broker::S2Reader;
using broker::S2Writer;

namespace {

std::string decompressed(std::string_view block) {
  std::vector<char> out;
  const auto done = broker::decompress_block(block, 1024 * 1024, out);
  return done ? std::string(out.begin(), out.end()) : done.error().what;
}

std::string compressed(std::string_view bytes) {
  std::vector<char> out;
  broker::compress_block(bytes, out);
  return {out.begin(), out.end()};
}

std::string streamed(const std::vector<std::string>& texts, S2Level level) {
  S2Writer writer(level);
  broker::Chunk out;
  for (const std::string& text : texts) {
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    writer.write({&piece, 1}, out);
  }
  return std::string(out.view());
}

// What a stream says, read in such pieces into such rooms.
std::string read(std::string stream, std::size_t piece, std::size_t room_size) {
  S2Reader reader;
  std::string text;
  std::string room(room_size, '\0');
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    std::span<char> input(stream.data() + at, std::min(piece, stream.size() - at));
    while (true) {
      const auto got = reader.read(input, {room.data(), room.size()});
      if (!got) return text + "!" + got.error().what;
      if (*got == 0) break;
      text.append(room, 0, *got);
    }
  }
  return text;
}

// Such as routes carry, and such as nobody can compress.
std::string some_text(std::size_t size, bool noise) {
  std::minstd_rand random(7);
  std::string text;
  while (text.size() < size) {
    if (noise) {
      text += static_cast<char>(random() & 0xFFU);
    } else {
      text +=
          "RMSG $G orders." + std::to_string(random() % 100) + " 20\r\nhello hello hello he\r\n";
    }
  }
  text.resize(size);
  return text;
}

}  // namespace

TEST_SUITE("broker: S2") {
  TEST_CASE("the checksum is Castagnoli's") {
    CHECK(broker::crc32c("") == 0);
    CHECK(broker::crc32c("123456789") == 0xE3069283);
    CHECK(broker::crc32c(std::string(32, '\0')) == 0x8A9136AA);
  }

  TEST_CASE("a block is literals and copies") {
    using namespace std::string_literals;
    CHECK(decompressed("\x03\x08"s + "abc") == "abc");
    // "ab", then eight bytes from two before: they repeat themselves.
    CHECK(decompressed("\x0a\x04"s + "ab" + "\x11\x02") == "ababababab");
    CHECK(decompressed("\x0a\x04"s + "ab" + "\x1e\x02\x00"s) == "ababababab");
    CHECK(decompressed("\x0a\x04"s + "ab" + "\x1f\x02\x00\x00\x00"s) == "ababababab");
    // What Snappy has not: the last distance again, also with a longer length.
    CHECK(decompressed("\x0e\x04"s + "ab" + "\x11\x02" + "\x01\x00"s) == "ababababababab");
    CHECK(decompressed("\x16\x04"s + "ab" + "\x11\x02" + "\x15\x00\x04"s) ==
          "ababababababababababab");
  }

  TEST_CASE("what is no block is refused") {
    using namespace std::string_literals;
    for (const std::string& block :
         {""s,
          "\x80"s,                          // a length without an end
          "\xff\xff\xff\xff\x0f"s,          // more than there may be
          "\x03\x08"s + "ab",               // a literal cut off
          "\x02\x08"s + "abc",              // more than it said
          "\x04\x08"s + "abc",              // less
          "\x08\x00"s + "a" + "\x0d\x02",   // a copy from before the start
          "\x05\x00"s + "a" + "\x01\x00"s,  // no distance to repeat
          "\x05\x00"s + "a" + "\x02\x01"}) {
      CAPTURE(block);
      CHECK(decompressed(block) == "s2: corrupt input");
    }
  }

  TEST_CASE("what is compressed comes back, and text becomes small") {
    for (const std::size_t size :
         {0, 1, 15, 16, 17, 59, 60, 61, 255, 256, 257, 4096, 65535, 65536}) {
      CAPTURE(size);
      for (const bool noise : {false, true}) {
        const std::string text = some_text(size, noise);
        CHECK((decompressed(compressed(text)) == text));
      }
    }
    CHECK(compressed(some_text(65536, false)).size() < 65536 / 4);
    CHECK(compressed(some_text(65536, true)).size() < 65536 + 65536 / 100);
    const std::string zeros(60000, '\0');
    CHECK((decompressed(compressed(zeros)) == zeros));
  }

  TEST_CASE("a stream is the same in any pieces") {
    const std::vector<std::string> texts = {
        "INFO {}\r\n", some_text(200'000, false), some_text(70'000, true), "x"};
    std::string all;
    for (const std::string& text : texts)
      all += text;
    for (const S2Level level : {S2Level::uncompressed, S2Level::compressed}) {
      const std::string stream = streamed(texts, level);
      CHECK(stream.starts_with(std::string_view("\xff\x06\x00\x00S2sTwO", 10)));
      CHECK((read(stream, stream.size(), 1000) == all));
      CHECK((read(stream, 7, 65536) == all));
      CHECK((read(stream, 1, 1) == all));
    }
    CHECK(streamed(texts, S2Level::compressed).size() < all.size() / 2);
  }

  TEST_CASE("a stream that is damaged ends") {
    using namespace std::string_literals;
    const std::string good = streamed({"hello"}, S2Level::uncompressed);
    std::string damaged = good;
    damaged.back() = 'x';
    CHECK(read(damaged, 100, 100) == "!s2: corrupt input");
    CHECK(read(good.substr(10), 100, 100) == "!s2: corrupt input");  // it does not say what it is
    CHECK(read("PING\r\n", 100, 100) == "!s2: corrupt input");
    const std::string begin = good.substr(0, 10);
    CHECK(read(begin + "\x02\x00\x00\x00"s, 100, 100) == "!s2: unsupported input");
    CHECK(read(begin + "\x01\x03\x00\x00"s, 100, 100) == "!s2: corrupt input");
    // What may be skipped is, and a stream may begin anew.
    const std::string skipped = begin + "\x99\x03\x00\x00"s + "xyz" + "\xfe\x00\x00\x00"s;
    CHECK(read(skipped + good, 2, 100) == "hello");
  }
}

TEST_SUITE("broker: route compression") {
  TEST_CASE("modes have several names") {
    const auto meant = [](const std::string& mode) {
      const auto compression = broker::normalized({.mode = mode});
      return compression ? compression->mode : compression.error().what;
    };
    CHECK(meant("on") == "s2_fast");
    CHECK(meant("Fast") == "s2_fast");
    CHECK(meant("auto") == "s2_auto");
    CHECK(meant("false") == "off");
    CHECK(meant("accept") == "accept");
    CHECK(meant("zip") == "unsupported compression mode \"zip\"");
  }

  TEST_CASE("two servers choose as nats-server does") {
    const auto chosen = [](std::string_view own, std::string_view theirs) {
      const auto mode = broker::choose_mode(own, theirs);
      return mode ? *mode : mode.error().what;
    };
    CHECK(chosen("accept", "accept") == "off");
    CHECK(chosen("accept", "s2_best") == "s2_best");
    CHECK(chosen("accept", "s2_auto") == "s2_fast");
    CHECK(chosen("s2_fast", "accept") == "s2_fast");
    CHECK(chosen("s2_fast", "s2_best") == "s2_fast");
    CHECK(chosen("s2_fast", "off") == "off");
    CHECK(chosen("s2_fast", "") == "not supported");
    CHECK(chosen("s2_fast", "zip") == "unsupported route compression mode \"zip\"");
  }

  TEST_CASE("the round trip decides what s2_auto is") {
    using std::chrono::milliseconds;
    const auto mode = [](const std::vector<base::nanoseconds>& thresholds, int round_trip) {
      const auto compression = broker::normalized({.mode = "s2_auto", .thresholds = thresholds});
      if (!compression) return compression.error().what;
      return broker::mode_for(milliseconds(round_trip), *compression);
    };
    CHECK(mode({}, 10) == "s2_uncompressed");
    CHECK(mode({}, 11) == "s2_fast");
    CHECK(mode({}, 100) == "s2_better");
    CHECK(mode({}, 101) == "s2_best");
    CHECK(mode({milliseconds(0), milliseconds(5)}, 1) == "s2_fast");
    CHECK(mode({milliseconds(0), milliseconds(5)}, 6) == "s2_fast");
    CHECK(mode({milliseconds(5), milliseconds(2)}, 1) ==
          "RTT threshold values [5ms 2ms] should be in ascending order");
    CHECK(mode({milliseconds(0)}, 1) ==
          "compression mode \"s2_auto\" requires at least one RTT threshold");
  }
}
