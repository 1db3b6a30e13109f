#include "broker/protocol/arguments.h"
#include "broker/protocol/scan.h"

namespace broker {

namespace {

// subject [queue weight]
bool read_interest(std::string_view line, Operation& op) {
  op.subject = take_token(line);
  op.queue = take_token(line);
  op.number = 1;
  if (op.subject.empty()) return false;
  if (op.queue.empty()) return true;
  const auto weight = read_number(take_token(line));
  op.number = weight.value_or(0);
  return weight.has_value() && take_token(line).empty();
}

// subject [queue]
bool read_lost_interest(std::string_view line, Operation& op) {
  op.subject = take_token(line);
  op.queue = take_token(line);
  return !op.subject.empty() && take_token(line).empty();
}

// LS- [origin] account subject [queue]: only a peer that announced "lnocu" names the origin. Four
// tokens can be read in one way only; three are read as from a peer that does not, and who knows
// better moves them (name_origin).
bool read_lost_leaf_interest(std::string_view line, Operation& op) {
  std::size_t count = 0;
  for_each_token(line, [&](std::string_view) { ++count; });
  op.origin = count == 4 ? take_token(line) : std::string_view{};
  op.account = take_token(line);
  return read_lost_interest(line, op);
}

// What stands between the subject and the sizes: nothing, "reply", "+ reply q1 q2" or "| q1 q2".
bool read_receivers(std::string_view line, Operation& op) {
  op.reply = {};
  op.queues = {};
  line = trim_blanks(line);
  if (line.empty()) return true;
  std::string_view rest = line;
  const std::string_view first = take_token(rest);
  if (first == "|") {
    op.queues = trim_blanks(rest);
    return !op.queues.empty();
  }
  if (first == "+") {
    op.reply = take_token(rest);
    op.queues = trim_blanks(rest);
    return !op.queues.empty();
  }
  op.reply = first;
  return trim_blanks(rest).empty();
}

enum class Sizes { total, header_and_total };

// subject [receivers] [header-size] total-size
bool read_message(std::string_view line, Sizes sizes, Operation& op, std::size_t& body_bytes) {
  op.subject = take_token(line);
  const auto total = read_number(take_last_token(line));
  if (!total) return false;
  std::int64_t header = 0;
  if (sizes == Sizes::header_and_total) {
    const auto number = read_number(take_last_token(line));
    if (!number || *number > *total) return false;
    header = *number;
  }
  op.header_bytes = static_cast<std::size_t>(header);
  body_bytes = static_cast<std::size_t>(*total);
  return read_receivers(line, op);
}

}  // namespace

bool read_route_arguments(std::string_view arguments, Operation& op, std::size_t& body_bytes) {
  op.origin = {};
  if (op.verb == Verb::ls_minus) return read_lost_leaf_interest(arguments, op);
  const bool of_leafs = op.verb == Verb::ls_plus || op.verb == Verb::lmsg;
  if (of_leafs) op.origin = take_token(arguments);
  op.account = take_token(arguments);
  switch (op.verb) {
    case Verb::rs_plus:
    case Verb::ls_plus:
      return read_interest(arguments, op);
    case Verb::rs_minus:
      return read_lost_interest(arguments, op);
    case Verb::rmsg:
      return read_message(arguments, Sizes::total, op, body_bytes);
    case Verb::hmsg:
    case Verb::lmsg:
      return read_message(arguments, Sizes::header_and_total, op, body_bytes);
    default:
      return true;
  }
}

// One account is all there is, so it is not named.
bool read_leaf_arguments(std::string_view arguments, Operation& op, std::size_t& body_bytes) {
  op.origin = {};
  op.account = {};
  switch (op.verb) {
    case Verb::ls_plus:
      return read_interest(arguments, op);
    case Verb::ls_minus:
      return read_lost_interest(arguments, op);
    case Verb::lmsg:
      return read_message(arguments, Sizes::total, op, body_bytes);
    case Verb::hmsg:
      return read_message(arguments, Sizes::header_and_total, op, body_bytes);
    case Verb::a_plus:
    case Verb::a_minus:
      op.account = take_token(arguments);
      return !op.account.empty();
    default:
      return true;
  }
}

}  // namespace broker
