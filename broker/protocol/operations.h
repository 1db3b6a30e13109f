#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// What peers say, as plain structs of views. The views point into the bytes handed to the parser.
//
//   PUB orders.eu _INBOX.1 5\r\nhello\r\n    verb pub, subject "orders.eu", reply "_INBOX.1", body
//   "hello" HPUB s 12 14\r\nNATS/1.0\r\n\r\nhi\r\n    verb hpub, header_bytes 12, body
//   "NATS/1.0\r\n\r\nhi" RMSG $G s + r q1 q2 2\r\nhi\r\n          verb rmsg, account "$G", reply
//   "r", queues "q1 q2"
//
// Source: nats-server server/parser.go; docs.nats.io/reference/reference-protocols/nats-protocol
namespace broker {

enum class Verb : std::uint8_t {
  // both ways
  ping,
  pong,
  info,
  connect,
  ok,
  err,
  // from clients
  pub,
  hpub,
  sub,
  unsub,
  // from routes and leaf nodes
  rs_plus,
  rs_minus,
  ls_plus,
  ls_minus,
  rmsg,
  hmsg,
  lmsg,
  // from gateways, beside those of routes
  a_plus,
  a_minus,
};

std::string_view to_string(Verb verb);  // "PUB", "RS+"

// Members that a verb does not have keep what they held: the parser does not clear them for each
// message.
struct Operation {
  Verb verb = Verb::ping;

  std::string_view subject = {};  // pub hpub sub rs± ls± rmsg hmsg lmsg
  std::string_view reply = {};    // pub hpub rmsg hmsg lmsg; empty: none
  std::string_view queue = {};    // sub rs± ls±; empty: none
  std::string_view sid = {};      // sub unsub
  std::string_view account = {};  // rs± ls± rmsg hmsg lmsg a±
  std::string_view origin = {};   // ls± lmsg: the leaf node's cluster
  std::string_view queues =
      {};  // rmsg hmsg lmsg: the groups to serve, parted by blanks; see scan.h tokens()
  std::string_view text = {};  // info connect: the JSON; err: the text without its quotes

  // unsub: the most messages, 0 for "now". rs+ ls+ with a queue: its weight.
  std::int64_t number = 0;

  // pub hpub rmsg hmsg lmsg: headers, then payload.
  std::string_view body = {};
  std::size_t header_bytes = 0;  // how much of body is headers; 0: none

  // The control line without CRLF: for the trace.
  std::string_view line = {};
};

// The LS- of a peer that names the origin, which looks like one with a queue: moves what was read.
void name_origin(Operation& lost_interest);

}  // namespace broker
