#include "broker/protocol/parser.h"

#include <cstring>
#include <memory>

#include <doctest/doctest.h>

using broker::Dialect;
using broker::Operation;
using broker::Parsed;
using broker::ParseError;
using broker::Parser;
using broker::Verb;

namespace {

// An operation that owns its texts, so that it can be compared after the bytes have gone.
struct Said {
  Verb verb = Verb::ping;
  std::string subject, reply, queue, sid, account, origin, queues, text, body;
  std::int64_t number = 0;
  std::size_t header_bytes = 0;

  bool operator==(const Said&) const = default;
};

Said copy(const Operation& op) {
  Said said{op.verb,
            std::string(op.subject),
            std::string(op.reply),
            std::string(op.queue),
            std::string(op.sid),
            std::string(op.account),
            std::string(op.origin),
            std::string(op.queues),
            std::string(op.text),
            std::string(op.body),
            op.number,
            op.header_bytes};
  return said;
}

// Bytes in a heap block of exactly their size: a sanitizer sees every look beyond them.
class Block {
 public:
  explicit Block(std::string_view bytes) : data_(new char[bytes.size()]), size_(bytes.size()) {
    if (size_ > 0) std::memcpy(data_.get(), bytes.data(), size_);
  }

  std::string_view view() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_;
};

// Feeds pieces as a connection does: what was not consumed comes again with the next piece.
struct Feed {
  explicit Feed(Dialect dialect, broker::ParserLimits limits = {}) : parser(dialect, limits) {}

  void feed(std::string_view piece) {
    if (error != ParseError::none) return;
    const Block block(unread + std::string(piece));
    std::string_view input = block.view();
    while (true) {
      Operation op;
      const Parsed parsed = parser.next(input, op);
      if (parsed == Parsed::operation) {
        said.push_back(copy(op));
        continue;
      }
      if (parsed == Parsed::error) error = parser.error();
      break;
    }
    unread = std::string(input);
  }

  Parser parser;
  std::string unread;
  std::vector<Said> said;
  ParseError error = ParseError::none;
};

Said only(Dialect dialect, std::string_view bytes) {
  Feed feed(dialect);
  feed.feed(bytes);
  REQUIRE(feed.error == ParseError::none);
  REQUIRE(feed.said.size() == 1);
  return feed.said.front();
}

ParseError error_of(Dialect dialect, std::string_view bytes) {
  Feed feed(dialect);
  feed.feed(bytes);
  return feed.error;
}

}  // namespace

TEST_SUITE("broker: parser, what clients say") {
  TEST_CASE("a PUB has a subject, perhaps a reply, and a payload") {
    const Said plain = only(Dialect::client, "PUB orders.eu 5\r\nhello\r\n");
    CHECK(plain.verb == Verb::pub);
    CHECK(plain.subject == "orders.eu");
    CHECK(plain.reply == "");
    CHECK(plain.body == "hello");
    const Said asking = only(Dialect::client, "pub\torders.eu   inbox.1 0 \r\n\r\n");
    CHECK(asking.reply == "inbox.1");
    CHECK(asking.body == "");
  }

  TEST_CASE("however a PUB is spelled, it is the same PUB") {
    const Said plain = only(Dialect::client, "PUB orders.eu inbox 2\r\nhi\r\n");
    for (const char* spelled : {"pub orders.eu inbox 2\r\nhi\r\n",
                                "PUB\torders.eu inbox 2\r\nhi\r\n",
                                "PUB  orders.eu inbox 2\r\nhi\r\n",
                                "PUB orders.eu\tinbox 2\r\nhi\r\n",
                                "PUB orders.eu  inbox 2\r\nhi\r\n",
                                "PUB orders.eu inbox  2\r\nhi\r\n",
                                "PUB orders.eu inbox 2 \r\nhi\r\n",
                                "PUB orders.eu inbox 2\nhi\r\n",
                                "PUB orders.eu inbox 002\r\nhi\r\n"}) {
      CAPTURE(spelled);
      CHECK(only(Dialect::client, spelled) == plain);
    }
    for (const char* wrong :
         {"PUB\r\n", "PUB a\r\n", "PUB a b\r\n", "PUB a b c 1\r\n", "PUB a 1x\r\n"}) {
      CAPTURE(wrong);
      CHECK(error_of(Dialect::client, wrong) ==
            error_of(Dialect::client, std::string("p") + (wrong + 1)));
      CHECK(error_of(Dialect::client, wrong) != ParseError::none);
    }
  }

  TEST_CASE("an HPUB says how much of it is headers") {
    const Said said = only(Dialect::client, "HPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
    CHECK(said.verb == Verb::hpub);
    CHECK(said.header_bytes == 12);
    CHECK(said.body == "NATS/1.0\r\n\r\nhi");
    CHECK(said.reply == "r");
  }

  TEST_CASE("SUB, UNSUB, CONNECT and the short ones") {
    CHECK(only(Dialect::client, "SUB a.> crew 7\r\n").queue == "crew");
    CHECK(only(Dialect::client, "SUB a.> 7\n").sid == "7");
    CHECK(only(Dialect::client, "UNSUB 7 12\r\n").number == 12);
    CHECK(only(Dialect::client, "UNSUB 7\r\n").number == 0);
    CHECK(only(Dialect::client, "UNSUB 7 x\r\n").number == 0);
    CHECK(only(Dialect::client, "CONNECT  {\"a\":1} \r\n").text == "{\"a\":1}");
    CHECK(only(Dialect::client, "PING\r\n").verb == Verb::ping);
    CHECK(only(Dialect::client, "PINGS and more\r\n").verb == Verb::ping);
    CHECK(only(Dialect::client, "pong\r\n").verb == Verb::pong);
    CHECK(only(Dialect::client, "-ERR 'so what'\r\n").text == "so what");
    CHECK(only(Dialect::client, "+OK\r\n").verb == Verb::ok);
  }

  TEST_CASE("a payload may hold anything, also what looks like operations") {
    const std::string payload("PING\r\n\0\n PUB a 1\r\n", 18);
    CHECK(only(Dialect::client, "PUB a 18\r\n" + payload + "\r\n").body == payload);
  }

  TEST_CASE("what is no operation is an error as soon as that shows") {
    for (const std::string bytes : {"FOO a\r\n",
                                    "\r\n",
                                    "G",
                                    "PUX",
                                    "SUB\r\n",
                                    "PUB\r\n",
                                    "MSG a 1 0\r\n",
                                    "RS+ $G a\r\n",
                                    "\x16\x03\x01",
                                    "PUB a 1\r\nxy",
                                    "PUB a 1\r\nx\ry"}) {
      CAPTURE(bytes);
      CHECK(error_of(Dialect::client, bytes) == ParseError::unknown_operation);
    }
  }

  TEST_CASE("wrong arguments are another kind of error") {
    for (const std::string bytes : {"PUB \r\n",
                                    "PUB a\r\n",
                                    "PUB a b c 1\r\n",
                                    "PUB a -1\r\n",
                                    "PUB a 1x\r\n",
                                    "PUB a 9999999999\r\n",
                                    "HPUB a 1\r\n",
                                    "HPUB a 3 2\r\n",
                                    "HPUB a x 2\r\n",
                                    "HPUB a b c 1 2\r\n",
                                    "SUB a\r\n",
                                    "SUB a b c d\r\n",
                                    "UNSUB \r\n",
                                    "UNSUB 1 2 3\r\n"}) {
      CAPTURE(bytes);
      CHECK(error_of(Dialect::client, bytes) == ParseError::bad_arguments);
    }
  }

  TEST_CASE("limits hold before the bytes have come") {
    const broker::ParserLimits limits{32, 10};
    for (const auto& [bytes, error] : std::vector<std::pair<std::string, ParseError>>{
             {"PUB a 10\r\n0123456789\r\n", ParseError::none},
             {"PUB a 11\r\n", ParseError::payload},
             {"SUB " + std::string(40, 'a') + " 1\r\n", ParseError::control_line},
             {"SUB " + std::string(60, 'a'), ParseError::control_line},
         }) {
      CAPTURE(bytes);
      Feed feed(Dialect::client, limits);
      feed.feed(bytes);
      CHECK(feed.error == error);
    }
  }

  TEST_CASE("while CONNECT is required, anything else is refused at its first byte") {
    Feed feed(Dialect::client);
    feed.parser.require_connect(true);
    feed.feed("CONNECT {}\r\n");
    CHECK(feed.said.size() == 1);
    feed.feed("P");
    CHECK(feed.error == ParseError::connect_expected);
  }

  TEST_CASE("an incomplete payload says how much is wanted") {
    Feed feed(Dialect::client);
    feed.feed("PUB a 100\r\nabc");
    CHECK(feed.parser.wanted_bytes() == 11 + 100 + 2);
    feed.feed(std::string(97, 'x') + "\r");
    CHECK(feed.parser.wanted_bytes() == 11 + 100 + 2);
    feed.feed("\nPUB");
    CHECK(feed.said.size() == 1);
    CHECK(feed.parser.wanted_bytes() == 0);
  }
}

TEST_SUITE("broker: parser, what routes say") {
  TEST_CASE("interest, with and without a queue") {
    const Said plain = only(Dialect::route, "RS+ $G a.*\r\n");
    CHECK(plain.account == "$G");
    CHECK(plain.subject == "a.*");
    const Said queue = only(Dialect::route, "RS+ ACC a crew 3\r\n");
    CHECK(queue.queue == "crew");
    CHECK(queue.number == 3);
    CHECK(only(Dialect::route, "RS- $G a crew\r\n").queue == "crew");
    CHECK(only(Dialect::route, "LS+ LEAF $G a crew 2\r\n").origin == "LEAF");
    CHECK(only(Dialect::route, "LS- $G a\r\n").account == "$G");
    CHECK(only(Dialect::route, "LS- LEAF $G a crew\r\n").origin == "LEAF");
  }

  TEST_CASE("messages, in all their shapes") {
    struct Row {
      std::string line, reply, queues;
      std::size_t header_bytes;
    };

    for (const Row& row : std::vector<Row>{{"RMSG $G s 2", "", "", 0},
                                           {"RMSG $G s r 2", "r", "", 0},
                                           {"RMSG $G s | q1 2", "", "q1", 0},
                                           {"RMSG $G s | q1 q2 2", "", "q1 q2", 0},
                                           {"RMSG $G s + r q1 q2 2", "r", "q1 q2", 0},
                                           {"HMSG $G s 1 2", "", "", 1},
                                           {"HMSG $G s r 1 2", "r", "", 1},
                                           {"HMSG $G s | q1 1 2", "", "q1", 1},
                                           {"HMSG $G s + r q1 1 2", "r", "q1", 1},
                                           {"LMSG LEAF $G s + r q1 0 2", "r", "q1", 0}}) {
      CAPTURE(row.line);
      const Said said = only(Dialect::route, row.line + "\r\nhi\r\n");
      CHECK(said.account == "$G");
      CHECK(said.subject == "s");
      CHECK(said.reply == row.reply);
      CHECK(said.queues == row.queues);
      CHECK(said.header_bytes == row.header_bytes);
      CHECK(said.body == "hi");
    }
  }

  TEST_CASE("what is wrong") {
    for (const std::string bytes : {"RS+ $G\r\n",
                                    "RS+ $G a crew\r\n",
                                    "RS+ $G a crew x\r\n",
                                    "RS- $G\r\n",
                                    "RMSG $G s r x 2\r\n",
                                    "RMSG $G s | 2\r\n",
                                    "RMSG $G 2\r\n",
                                    "HMSG $G s 3 2\r\n"}) {
      CAPTURE(bytes);
      CHECK(error_of(Dialect::route, bytes) == ParseError::bad_arguments);
    }
    CHECK(error_of(Dialect::route, "PUB a 0\r\n\r\n") == ParseError::unknown_operation);
  }
}

TEST_SUITE("broker: parser, what leaf nodes say") {
  TEST_CASE("interest, with and without a queue") {
    CHECK(only(Dialect::leaf, "LS+ a.*\r\n").subject == "a.*");
    const Said queue = only(Dialect::leaf, "LS+ a crew 3\r\n");
    CHECK(queue.queue == "crew");
    CHECK(queue.number == 3);
    CHECK(only(Dialect::leaf, "LS- a crew\r\n").queue == "crew");
    CHECK(error_of(Dialect::leaf, "LS+ a crew\r\n") == ParseError::bad_arguments);
    CHECK(error_of(Dialect::leaf, "RS+ $G a\r\n") == ParseError::unknown_operation);
  }

  TEST_CASE("messages, in all their shapes") {
    struct Row {
      std::string line, reply, queues;
      std::size_t header_bytes;
    };

    for (const Row& row : std::vector<Row>{{"LMSG s 2", "", "", 0},
                                           {"LMSG s r 2", "r", "", 0},
                                           {"LMSG s | q1 q2 2", "", "q1 q2", 0},
                                           {"LMSG s + r q1 2", "r", "q1", 0},
                                           {"HMSG s 1 2", "", "", 1},
                                           {"HMSG s r 1 2", "r", "", 1},
                                           {"HMSG s + r q1 1 2", "r", "q1", 1}}) {
      CAPTURE(row.line);
      const Said said = only(Dialect::leaf, row.line + "\r\nhi\r\n");
      CHECK(said.subject == "s");
      CHECK(said.reply == row.reply);
      CHECK(said.queues == row.queues);
      CHECK(said.header_bytes == row.header_bytes);
      CHECK(said.body == "hi");
    }
  }

  TEST_CASE("three words of a route that names origins are not a queue") {
    Feed feed(Dialect::route);
    std::string_view input = "LS- LEAF $G a\r\n";
    Operation op;
    REQUIRE(feed.parser.next(input, op) == Parsed::operation);
    broker::name_origin(op);
    CHECK(op.origin == "LEAF");
    CHECK(op.account == "$G");
    CHECK(op.subject == "a");
    CHECK(op.queue.empty());
  }
}

TEST_SUITE("broker: parser, any split") {
  const std::string kClient =
      "CONNECT {\"verbose\":false}\r\nPING\r\nSUB foo.* crew 1\r\nPUB foo.x reply 5\r\nhello\r\n"
      "HPUB foo 12 14\r\nNATS/1.0\r\n\r\nhi\r\nUNSUB 1 3\r\nPUB a 0\r\n\r\nPONG\r\n";
  const std::string kRoute =
      "INFO {\"a\":1} \r\nRS+ $G a\r\nRS+ $G b q 2\r\nRMSG $G s + r q1 q2 2\r\nhi\r\n"
      "HMSG $G s 12 14\r\nNATS/1.0\r\n\r\nhi\r\nRS- $G a\r\nPING\r\n";

  TEST_CASE("a PUB split at any byte is the same PUB, and so is everything else") {
    for (const auto& [dialect, stream] :
         {std::pair(Dialect::client, kClient), std::pair(Dialect::route, kRoute)}) {
      Feed whole(dialect);
      whole.feed(stream);
      REQUIRE(whole.error == ParseError::none);
      REQUIRE(whole.unread.empty());
      for (std::size_t first = 0; first <= stream.size(); ++first) {
        for (std::size_t second = first; second <= stream.size(); ++second) {
          Feed split(dialect);
          split.feed(stream.substr(0, first));
          split.feed(stream.substr(first, second - first));
          split.feed(stream.substr(second));
          if (split.said != whole.said || split.error != ParseError::none) {
            CAPTURE(first);
            CAPTURE(second);
            REQUIRE(split.said == whole.said);
          }
        }
      }
    }
  }

  TEST_CASE("byte by byte, too") {
    Feed whole(Dialect::client);
    whole.feed(kClient);
    Feed slow(Dialect::client);
    for (const char byte : kClient)
      slow.feed({&byte, 1});
    CHECK(slow.said == whole.said);
  }
}
