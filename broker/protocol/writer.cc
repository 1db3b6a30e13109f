#include "broker/protocol/writer.h"

#include <charconv>
#include <cstring>

namespace broker {

namespace {

// Copies a short text without a call: two overlapping words for up to sixteen bytes, which most
// subjects, and all sids and numbers are. A message has five of them, and memcpy of a length known
// only now is a call each.
char* put(char* to, std::string_view text) {
  const std::size_t size = text.size();
  const char* const from = text.data();
  if (size > 16) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i)
      to[i] = from[i];
  }
  return to + size;
}

char* put(char* to, std::size_t number) {
  constexpr std::size_t kMostDigits = 20;
  return std::to_chars(to, to + kMostDigits, number).ptr;
}

char* put_blank(char* to, std::string_view text) {
  to = put(to, text);
  *to = ' ';
  return to + 1;
}

// "[header-size ]size\r\nbody\r\n"
char* put_sized_body(char* to, std::string_view body, std::size_t header_bytes) {
  if (header_bytes > 0) {
    to = put(to, header_bytes);
    *to++ = ' ';
  }
  to = put(to, body.size());
  to = put(to, "\r\n");
  to = put(to, body);
  return put(to, "\r\n");
}

// Subject, reply and queue groups: "subject [reply] ", "subject + reply q1 q2 ", "subject | q1 q2
// ".
char* put_receivers(char* to, const Outgoing& message, std::string_view queues) {
  to = put_blank(to, message.subject);
  if (!queues.empty())
    to = put(to, message.reply.empty() ? std::string_view("| ") : std::string_view("+ "));
  if (!message.reply.empty()) to = put_blank(to, message.reply);
  if (!queues.empty()) to = put_blank(to, queues);
  return to;
}

}  // namespace

char* write_msg(char* to, const Outgoing& message, std::string_view sid) {
  to = put(to, message.header_bytes > 0 ? std::string_view("HMSG ") : std::string_view("MSG "));
  to = put_blank(to, message.subject);
  to = put_blank(to, sid);
  if (!message.reply.empty()) to = put_blank(to, message.reply);
  return put_sized_body(to, message.body, message.header_bytes);
}

char* write_stripped_msg(char* to, const Outgoing& message, std::string_view sid) {
  Outgoing plain = message;
  plain.body.remove_prefix(message.header_bytes);
  plain.header_bytes = 0;
  return write_msg(to, plain, sid);
}

char* write_rmsg(char* to,
                 const Outgoing& message,
                 std::string_view account,
                 std::string_view queues) {
  to = put(to, message.header_bytes > 0 ? std::string_view("HMSG ") : std::string_view("RMSG "));
  to = put_blank(to, account);
  to = put_receivers(to, message, queues);
  return put_sized_body(to, message.body, message.header_bytes);
}

char* write_lmsg(char* to, const Outgoing& message, std::string_view queues) {
  to = put(to, message.header_bytes > 0 ? std::string_view("HMSG ") : std::string_view("LMSG "));
  to = put_receivers(to, message, queues);
  return put_sized_body(to, message.body, message.header_bytes);
}

char* write_origin_lmsg(char* to,
                        const Outgoing& message,
                        std::string_view origin,
                        std::string_view account,
                        std::string_view queues) {
  to = put(to, "LMSG ");
  to = put_blank(to, origin);
  to = put_blank(to, account);
  to = put_receivers(to, message, queues);
  if (message.header_bytes == 0) to = put(to, "0 ");
  return put_sized_body(to, message.body, message.header_bytes);
}

}  // namespace broker
