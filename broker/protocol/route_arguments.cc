#include "broker/protocol/arguments.h"
#include "broker/protocol/scan.h"

namespace broker {

namespace {

// account subject [queue weight]
bool read_interest(std::string_view line, Operation& op) {
  op.account = take_token(line);
  op.subject = take_token(line);
  op.queue = take_token(line);
  op.number = 1;
  if (op.subject.empty()) return false;
  if (op.queue.empty()) return true;
  const auto weight = read_number(take_token(line));
  op.number = weight.value_or(0);
  return weight.has_value() && take_token(line).empty();
}

// account subject [queue]
bool read_lost_interest(std::string_view line, Operation& op) {
  op.account = take_token(line);
  op.subject = take_token(line);
  op.queue = take_token(line);
  return !op.subject.empty() && take_token(line).empty();
}

// LS- [origin] account subject [queue]: peers name the origin only to servers that announce
// "lnocu", which this one does not; four tokens can be read in one way only.
bool read_lost_leaf_interest(std::string_view line, Operation& op) {
  std::size_t count = 0;
  for_each_token(line, [&](std::string_view) { ++count; });
  op.origin = count == 4 ? take_token(line) : std::string_view{};
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

// account subject [receivers] [header-size] total-size
bool read_message(std::string_view line, Sizes sizes, Operation& op, std::size_t& body_bytes) {
  op.account = take_token(line);
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
  switch (op.verb) {
    case Verb::rs_plus:
      return read_interest(arguments, op);
    case Verb::rs_minus:
      return read_lost_interest(arguments, op);
    case Verb::ls_plus:
      op.origin = take_token(arguments);
      return read_interest(arguments, op);
    case Verb::ls_minus:
      return read_lost_leaf_interest(arguments, op);
    case Verb::rmsg:
      return read_message(arguments, Sizes::total, op, body_bytes);
    case Verb::hmsg:
      return read_message(arguments, Sizes::header_and_total, op, body_bytes);
    case Verb::lmsg:
      op.origin = take_token(arguments);
      return read_message(arguments, Sizes::header_and_total, op, body_bytes);
    default:
      return true;
  }
}

}  // namespace broker
