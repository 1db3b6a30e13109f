#include "broker/protocol/parser.h"
#include "tests/fuzz/fuzz.h"

#include <memory>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

using broker::Dialect;
using broker::Operation;
using broker::Parsed;
using broker::Parser;

namespace {

constexpr broker::ParserLimits kLimits{.max_control_line = 512, .max_payload = 1024};

// A heap block of exactly its size: a sanitizer sees every look beyond it.
struct Block {
  explicit Block(std::string_view bytes)
      : data(new char[bytes.size()]), view(data.get(), bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), data.get());
  }

  std::unique_ptr<char[]> data;
  std::string_view view;
};

// What it says, an operation a line; how it ends.
std::string said(Dialect dialect, std::string_view bytes, std::size_t most_at_once) {
  std::minstd_rand random(7);
  Parser parser(dialect, kLimits);
  std::string text;
  std::string unread;
  while (!bytes.empty()) {
    const auto size = std::min<std::size_t>(bytes.size(), random() % most_at_once + 1);
    const Block block(unread + std::string(bytes.substr(0, size)));
    bytes.remove_prefix(size);
    std::string_view input = block.view;
    for (;;) {
      Operation op;  // what is not of its verb is undefined
      const auto before = input.size();
      const auto parsed = parser.next(input, op);
      if (parsed == Parsed::error)
        return text + fmt::format("error {}", static_cast<int>(parser.error()));
      if (parsed == Parsed::incomplete) break;
      REQUIRE(input.size() < before);
      text += fmt::format("{} [{}] [{}] [{}] [{}] [{}] [{}] [{}] [{}] {} {}\n",
                          static_cast<int>(op.verb),
                          op.subject,
                          op.reply,
                          op.queue,
                          op.sid,
                          op.account,
                          op.queues,
                          op.text,
                          op.body,
                          op.number,
                          op.header_bytes);
    }
    unread = input;
    if (unread.size() > kLimits.max_control_line + kLimits.max_payload) return text + "too much";
  }
  return text;
}

void any_split_says_the_same(Dialect dialect, const fuzz::Target& target) {
  fuzz::try_in_depth(target, [&](std::string_view input) {
    const auto whole = said(dialect, input, input.size() + 1);
    const auto pieces = said(dialect, input, 3);
    if (pieces != whole)
      FAIL("[" << std::string(input) << "]\nsays\n" << whole << "\nin pieces\n" << pieces);
  });
}

const std::vector<std::string> kWords = {"\r\n",
                                         "\n",
                                         " ",
                                         "\t",
                                         "0",
                                         "-1",
                                         "99999999999999999999",
                                         "1024",
                                         "PUB ",
                                         "HPUB ",
                                         "SUB ",
                                         "UNSUB ",
                                         "PING\r\n",
                                         "PONG\r\n",
                                         "+OK\r\n",
                                         "-ERR 'x'\r\n",
                                         "NATS/1.0\r\n\r\n",
                                         "RS+ ",
                                         "RMSG ",
                                         "HMSG ",
                                         "+ ",
                                         "| ",
                                         ".*.>"};

}  // namespace

TEST_SUITE("fuzz: parser") {
  TEST_CASE("whatever a client says, it says the same in any pieces") {
    any_split_says_the_same(Dialect::client,
                            {"client",
                             {"CONNECT {\"verbose\":false}\r\nPING\r\n",
                              "PUB orders.eu 5\r\nhello\r\n",
                              "PUB orders.eu inbox.1 0\r\n\r\nPONG\r\n",
                              "HPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
                              "SUB orders.> workers 7\r\nUNSUB 7 10\r\nSUB a 1\r\nUNSUB 1\r\n"},
                             kWords});
  }

  TEST_CASE("whatever a route says, it says the same in any pieces") {
    any_split_says_the_same(Dialect::route,
                            {"route",
                             {"INFO {\"server_id\":\"X\"}\r\nCONNECT {}\r\nPING\r\n",
                              "RS+ $G orders.eu\r\nRS- $G orders.eu\r\nRS+ $G a q 3\r\n",
                              "RMSG $G orders.eu 5\r\nhello\r\n",
                              "RMSG $G orders.eu + inbox q1 q2 5\r\nhello\r\n",
                              "RMSG $G orders.eu | q1 0\r\n\r\n",
                              "HMSG $G a | q1 12 14\r\nNATS/1.0\r\n\r\nhi\r\n"},
                             kWords});
  }

  TEST_CASE("whatever a leaf node says, it says the same in any pieces") {
    any_split_says_the_same(Dialect::leaf,
                            {"leaf",
                             {"INFO {\"server_id\":\"X\"}\r\nCONNECT {}\r\nPING\r\n",
                              "LS+ orders.eu\r\nLS- orders.eu\r\nLS+ a q 3\r\nLS- a q\r\n",
                              "LMSG orders.eu 5\r\nhello\r\n",
                              "LMSG orders.eu + inbox q1 q2 5\r\nhello\r\n",
                              "LMSG orders.eu | q1 0\r\n\r\n",
                              "HMSG a | q1 12 14\r\nNATS/1.0\r\n\r\nhi\r\n"},
                             kWords});
  }
}
