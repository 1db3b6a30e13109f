#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Operations onto the end of bytes: the exact texts that go to peers. Pure; nothing allocates.
//
// Each writer needs at most its size function's bytes at `to` and returns the end of what it wrote:
//
//   char* to = chunk.reserve(message_bound(...));
//   chunk.advance(write_msg(to, ...) - to);
namespace broker {

// A message on its way to someone. `body` holds headers, then payload.
struct Outgoing {
  std::string_view subject = {};
  std::string_view reply = {};
  std::string_view body = {};
  std::size_t header_bytes = 0;
};

// Enough room for any of them with `extra` bytes of sid, account, origin and queue names.
inline std::size_t message_bound(const Outgoing& message, std::size_t extra) {
  return message.subject.size() + message.reply.size() + message.body.size() + extra + 64;
}

// "MSG subject sid [reply] size\r\nbody\r\n", or HMSG when there are headers.
char* write_msg(char* to, const Outgoing& message, std::string_view sid);

// The same message without its headers, always MSG: for clients that said headers:false.
char* write_stripped_msg(char* to, const Outgoing& message, std::string_view sid);

// "RMSG account subject [reply] size", with queues "RMSG account subject + reply q1 q2 size" and
// "RMSG account subject | q1 q2 size"; HMSG when there are headers. `queues` is parted by single
// blanks.
char* write_rmsg(char* to,
                 const Outgoing& message,
                 std::string_view account,
                 std::string_view queues);

// To a leaf node: "LMSG subject [reply] size", with queues as in RMSG; HMSG when there are headers.
char* write_lmsg(char* to, const Outgoing& message, std::string_view queues);

// To a route, of a message that began at leaf nodes of the cluster `origin`:
// "LMSG origin account subject [receivers] header-size size", the header's size also when it is 0.
char* write_origin_lmsg(char* to,
                        const Outgoing& message,
                        std::string_view origin,
                        std::string_view account,
                        std::string_view queues);

// The answer "no responders" on a reply subject: a header block and no payload.
// Source: nats-server 2.9-2.11 server/client.go (sendReplyErrMsg...); 2.12+ adds Nats-Subject.
inline constexpr std::string_view kNoRespondersHeader = "NATS/1.0 503\r\n\r\n";

inline constexpr std::string_view kOk = "+OK\r\n";
inline constexpr std::string_view kPing = "PING\r\n";
inline constexpr std::string_view kPong = "PONG\r\n";

}  // namespace broker
