#include "broker/s2/stream.h"
#include "tests/fuzz/fuzz.h"

#include <memory>

#include <doctest/doctest.h>

namespace {

std::string streamed(const std::string& text, broker::S2Level level) {
  broker::S2Writer writer(level);
  broker::Chunk out;
  const iovec piece{const_cast<char*>(text.data()), text.size()};
  writer.write({&piece, 1}, out);
  return std::string(out.view());
}

// What it says, in pieces of at most so many bytes.
std::string said(std::string_view bytes, std::size_t most, std::size_t room_size) {
  broker::S2Reader reader;
  std::string text;
  const auto room = std::make_unique<char[]>(room_size);
  while (!bytes.empty()) {
    // A heap block of exactly its size: a sanitizer sees every look beyond it.
    const auto size = std::min(most, bytes.size());
    const auto block = std::make_unique<char[]>(size);
    std::copy_n(bytes.begin(), size, block.get());
    bytes.remove_prefix(size);
    std::span<char> input(block.get(), size);
    while (true) {
      const auto got = reader.read(input, {room.get(), room_size});
      if (!got) return text + "!" + got.error().what;
      if (*got == 0) break;
      text.append(room.get(), *got);
    }
  }
  return text;
}

}  // namespace

TEST_SUITE("fuzz: S2") {
  TEST_CASE("a stream says the same in any pieces, or ends") {
    const std::string text = "RMSG $G orders.eu 5\r\nhello\r\nRMSG $G orders.eu 5\r\nhello\r\n";
    const fuzz::Target target{"s2",
                              {streamed(text + text + text, broker::S2Level::compressed),
                               streamed(text, broker::S2Level::uncompressed),
                               streamed(std::string(300, 'a'), broker::S2Level::compressed)},
                              {std::string("\xff\x06\x00\x00S2sTwO", 10),
                               std::string(4, '\0'),
                               "\x01",
                               "\xfe",
                               "\x15",
                               "\xff\xff\xff"}};
    fuzz::try_many(target, [&](std::string_view input) {
      const auto whole = said(input, input.size() + 1, 100'000);
      const auto pieces = said(input, 3, 5);
      // What came before the damage is delivered as far as it was made plain.
      const auto damaged = [](const std::string& reading) {
        return reading.find("!s2: ") != std::string::npos;
      };
      if (pieces != whole && !(damaged(whole) && damaged(pieces)))
        FAIL("says\n" << whole << "\nin pieces\n" << pieces);
    });
  }

  TEST_CASE("a block is plain bytes, or none") {
    std::vector<char> block;
    broker::compress_block("hello hello hello hello hello hello!", block);
    const fuzz::Target target{"s2-block",
                              {std::string(block.begin(), block.end())},
                              {"\x01", std::string("\x15\x00\xff", 3), "\xf0", "\xfe", "\x03"}};
    fuzz::try_many(target, [](std::string_view input) {
      const auto exact = std::make_unique<char[]>(input.size());
      std::copy(input.begin(), input.end(), exact.get());
      std::vector<char> out;
      const auto done = broker::decompress_block({exact.get(), input.size()}, 65536, out);
      if (done && out.size() > 65536) FAIL("more than it may be");
    });
  }
}
