#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"

#include <doctest/doctest.h>

using broker::Outgoing;

namespace {

template <class Write>
std::string written(const Outgoing& message, std::size_t extra, Write write) {
  std::string room(broker::message_bound(message, extra), '\0');
  room.resize(static_cast<std::size_t>(write(room.data()) - room.data()));
  return room;
}

std::string msg(const Outgoing& message, std::string_view sid) {
  return written(
      message, sid.size(), [&](char* to) { return broker::write_msg(to, message, sid); });
}

std::string rmsg(const Outgoing& message, std::string_view account, std::string_view queues) {
  return written(message, account.size() + queues.size(), [&](char* to) {
    return broker::write_rmsg(to, message, account, queues);
  });
}

}  // namespace

TEST_SUITE("broker: writer") {
  const Outgoing plain{"a.b", "", "hello", 0};
  const Outgoing asking{"a.b", "inbox", "", 0};
  const Outgoing headed{"a.b", "", "NATS/1.0\r\n\r\nhi", 12};

  TEST_CASE("messages for clients") {
    CHECK(msg(plain, "9") == "MSG a.b 9 5\r\nhello\r\n");
    CHECK(msg(asking, "sid-1") == "MSG a.b sid-1 inbox 0\r\n\r\n");
    CHECK(msg(headed, "9") == "HMSG a.b 9 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
    CHECK(written(headed, 1, [&](char* to) {
            return broker::write_stripped_msg(to, headed, "9");
          }) == "MSG a.b 9 2\r\nhi\r\n");
  }

  TEST_CASE("messages for routes") {
    CHECK(rmsg(plain, "$G", "") == "RMSG $G a.b 5\r\nhello\r\n");
    CHECK(rmsg(asking, "$G", "") == "RMSG $G a.b inbox 0\r\n\r\n");
    CHECK(rmsg(plain, "$G", "q1 q2") == "RMSG $G a.b | q1 q2 5\r\nhello\r\n");
    CHECK(rmsg(asking, "$G", "q1") == "RMSG $G a.b + inbox q1 0\r\n\r\n");
    CHECK(rmsg(headed, "$G", "") == "HMSG $G a.b 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
  }

  TEST_CASE("messages for leaf nodes, and for routes when they began at leaf nodes") {
    const auto lmsg = [](const Outgoing& message, std::string_view queues) {
      return written(message, queues.size(), [&](char* to) {
        return broker::write_lmsg(to, message, queues);
      });
    };
    CHECK(lmsg(plain, "") == "LMSG a.b 5\r\nhello\r\n");
    CHECK(lmsg(asking, "q1 q2") == "LMSG a.b + inbox q1 q2 0\r\n\r\n");
    CHECK(lmsg(headed, "") == "HMSG a.b 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
    const auto origin = [](const Outgoing& message, std::string_view queues) {
      return written(message, 8 + queues.size(), [&](char* to) {
        return broker::write_origin_lmsg(to, message, "EDGE", "$G", queues);
      });
    };
    CHECK(origin(plain, "q1") == "LMSG EDGE $G a.b | q1 0 5\r\nhello\r\n");
    CHECK(origin(headed, "") == "LMSG EDGE $G a.b 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
  }

  TEST_CASE("lines") {
    CHECK(broker::err_line("Stale Connection") == "-ERR 'Stale Connection'\r\n");
    CHECK(broker::info_line("{}") == "INFO {} \r\n");
    CHECK(broker::rs_plus_line("$G", "a", "", 1) == "RS+ $G a\r\n");
    CHECK(broker::rs_plus_line("$G", "a", "q", 2) == "RS+ $G a q 2\r\n");
    CHECK(broker::rs_minus_line("$G", "a", "q") == "RS- $G a q\r\n");
    CHECK(broker::routed_ls_plus_line("EDGE", "$G", "a", "q", 2) == "LS+ EDGE $G a q 2\r\n");
    CHECK(broker::routed_ls_minus_line("EDGE", "$G", "a", "") == "LS- EDGE $G a\r\n");
    CHECK(broker::ls_plus_line("a", "", 1) == "LS+ a\r\n");
    CHECK(broker::ls_plus_line("a", "q", 2) == "LS+ a q 2\r\n");
    CHECK(broker::ls_minus_line("a", "q") == "LS- a q\r\n");
  }
}
