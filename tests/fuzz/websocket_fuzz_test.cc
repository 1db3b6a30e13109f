#include "broker/websocket/deflate.h"
#include "broker/websocket/frames.h"
#include "broker/websocket/upgrade.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/frames.h"

#include <array>
#include <memory>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

using broker::Frame;
using broker::FrameReader;
using support::masked_frame;

namespace {

// What it says, in which pieces it comes left out.
std::string said(std::string_view bytes, std::size_t most_at_once) {
  std::minstd_rand random(7);
  FrameReader reader(true, true);
  std::string text;
  bool begun = false;
  while (!bytes.empty()) {
    const auto size = std::min<std::size_t>(bytes.size(), random() % most_at_once + 1);
    // A heap block of exactly its size: a sanitizer sees every look beyond it.
    const auto block = std::make_unique<char[]>(size);
    std::copy_n(bytes.begin(), size, block.get());
    bytes.remove_prefix(size);
    std::span<char> input(block.get(), size);
    for (;;) {
      const auto left = input.size();
      const Frame frame = reader.next(input, random() % most_at_once + 1);
      if (frame.kind == Frame::Kind::nothing && input.empty()) break;
      const std::string payload(frame.payload.begin(), frame.payload.end());
      if (frame.kind == Frame::Kind::violation) return text + "error " + frame.why;
      if (frame.kind == Frame::Kind::data) {
        if (!begun && (!payload.empty() || frame.ends_message)) {
          text += frame.compressed ? "c[" : "[";
          begun = true;
        }
        text += payload;
        if (frame.ends_message) text += "]\n";
        begun = begun && !frame.ends_message;
        REQUIRE((input.size() < left || payload.empty()));
      } else {
        text += fmt::format("<{} {}>", static_cast<int>(frame.kind), payload);
        if (frame.kind == Frame::Kind::close) text += broker::answer_close(payload).payload;
      }
    }
  }
  return text;
}

}  // namespace

TEST_SUITE("fuzz: websockets") {
  TEST_CASE("frames say the same in any pieces") {
    const fuzz::Target target{
        "frames",
        {masked_frame(0x82, "PING\r\n") + masked_frame(0x89, "are you?"),
         masked_frame(0x02, "PUB a") + masked_frame(0x8a, "") + masked_frame(0x80, " 1\r\nx\r\n"),
         masked_frame(0xc2, support::deflated("PUB a 1\r\nx\r\n")),
         masked_frame(0x88, std::string("\x03\xe8") + "bye"),
         masked_frame(0x82, std::string(300, 'x')),
         masked_frame(0x81, "") + masked_frame(0x81, std::string(70'000, 'y'))},
        {std::string(1, '\0'), "\x7f", "\x7e", "\xff", "\xfe", "\x80", "\x88\x81", "\x82", "\xc2"}};
    fuzz::try_many(target, [&](std::string_view input) {
      const auto whole = said(input, input.size() + 1);
      const auto pieces = said(input, 3);
      if (pieces != whole) FAIL("says\n" << whole << "\nin pieces\n" << pieces);
    });
  }

  TEST_CASE("a compressed message gives the same in any pieces, or is none") {
    const auto inflated = [](std::string_view input, std::size_t step, std::size_t most) {
      broker::Inflater inflater;
      std::string text;
      while (!inflater.is_done()) {
        const auto piece = input.substr(0, step);
        input.remove_prefix(piece.size());
        inflater.give(piece, input.empty());
        for (;;) {
          const auto room = std::make_unique<char[]>(most);
          const auto got = inflater.take({room.get(), most});
          if (!got) return text + " corrupt";
          if (*got == 0) break;
          text.append(room.get(), *got);
        }
      }
      return text;
    };
    const fuzz::Target target{"deflated",
                              {support::deflated("PUB a 1\r\nx\r\n"),
                               support::deflated(std::string(5000, 'a')),
                               support::deflated("")},
                              {std::string(1, '\0'), "\xff", "\x01", "\xed"}};
    fuzz::try_many(target, [&](std::string_view input) {
      const std::string whole = inflated(input, input.size() + 1, 4096);
      const std::string pieces = inflated(input, 1, 7);
      // What came before the damage is delivered as far as it was made plain.
      const bool corrupt = whole.ends_with(" corrupt") && pieces.ends_with(" corrupt");
      if (pieces != whole && !corrupt)
        FAIL("[" << std::string(input) << "]: " << whole << " or " << pieces);
    });
  }

  TEST_CASE("whatever a stranger asks for is answered") {
    broker::UpgradeTerms terms;
    terms.same_origin = true;
    terms.compression = true;
    const fuzz::Target target{
        "upgrades",
        {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         "Origin: http://a:80\r\nCookie: a=b; c=\"d\"\r\nX-Forwarded-For: ::1\r\n"
         "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"},
        {"\r\n", ":", ",", ";", "=", "[", "]", "://", "@", "Origin: ", "Host: [::1]:9\r\n"}};
    fuzz::try_many(target, [&](std::string_view input) {
      const auto answer = broker::answer_request(input, terms);
      const bool agreed = std::holds_alternative<broker::Upgrade>(answer);
      const auto& text = agreed ? std::get<broker::Upgrade>(answer).answer
                                : std::get<broker::Refusal>(answer).answer;
      if (!text.starts_with(agreed ? "HTTP/1.1 101 " : "HTTP/1.1 40")) FAIL(text);
    });
  }
}
