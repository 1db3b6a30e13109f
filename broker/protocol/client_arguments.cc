#include "broker/protocol/arguments.h"
#include "broker/protocol/scan.h"

#include <array>

namespace broker {

namespace {

// The first tokens of a line, and whether there were more.
template <std::size_t Most>
struct Tokens {
  explicit Tokens(std::string_view line) {
    while (true) {
      const std::string_view token = take_token(line);
      if (token.empty()) return;
      if (count == Most) {
        ++count;
        return;
      }
      at[count++] = token;
    }
  }

  std::array<std::string_view, Most> at = {};
  std::size_t count = 0;
};

// PUB subject [reply] size
bool read_pub(std::string_view line, Operation& op, std::size_t& body_bytes) {
  const Tokens<3> tokens(line);
  if (tokens.count < 2 || tokens.count > 3) return false;
  const auto size = read_number(tokens.at[tokens.count - 1]);
  if (!size) return false;
  op.subject = tokens.at[0];
  op.reply = tokens.count == 3 ? tokens.at[1] : std::string_view{};
  op.header_bytes = 0;
  body_bytes = static_cast<std::size_t>(*size);
  return true;
}

// HPUB subject [reply] header-size total-size
bool read_hpub(std::string_view line, Operation& op, std::size_t& body_bytes) {
  const Tokens<4> tokens(line);
  if (tokens.count < 3 || tokens.count > 4) return false;
  const auto header = read_number(tokens.at[tokens.count - 2]);
  const auto total = read_number(tokens.at[tokens.count - 1]);
  if (!header || !total || *header > *total) return false;
  op.subject = tokens.at[0];
  op.reply = tokens.count == 4 ? tokens.at[1] : std::string_view{};
  op.header_bytes = static_cast<std::size_t>(*header);
  body_bytes = static_cast<std::size_t>(*total);
  return true;
}

// SUB subject [queue] sid
bool read_sub(std::string_view line, Operation& op) {
  const Tokens<3> tokens(line);
  if (tokens.count < 2 || tokens.count > 3) return false;
  op.subject = tokens.at[0];
  op.queue = tokens.count == 3 ? tokens.at[1] : std::string_view{};
  op.sid = tokens.at[tokens.count - 1];
  return true;
}

// UNSUB sid [max]
bool read_unsub(std::string_view line, Operation& op) {
  const Tokens<2> tokens(line);
  if (tokens.count < 1 || tokens.count > 2) return false;
  op.sid = tokens.at[0];
  // What is no number is "now", as real servers have it (checked on 2.9.10 and 2.10.27).
  op.number = read_number(tokens.at[1]).value_or(0);
  return true;
}

}  // namespace

bool read_client_arguments(std::string_view arguments, Operation& op, std::size_t& body_bytes) {
  switch (op.verb) {
    case Verb::pub:
      return read_pub(arguments, op, body_bytes);
    case Verb::hpub:
      return read_hpub(arguments, op, body_bytes);
    case Verb::sub:
      return read_sub(arguments, op);
    case Verb::unsub:
      return read_unsub(arguments, op);
    default:
      return true;
  }
}

}  // namespace broker
