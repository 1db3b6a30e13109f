#include "broker/protocol/parser.h"

#include "broker/protocol/arguments.h"
#include "broker/protocol/scan.h"
#include "broker/protocol/verbs.h"

#include <cstring>

namespace broker {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool has_body(Verb verb) {
  return verb == Verb::pub || verb == Verb::hpub || verb == Verb::rmsg || verb == Verb::hmsg ||
         verb == Verb::lmsg;
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
    return text.substr(1, text.size() - 2);
  return text;
}

// The end of a token: whatever is no blank and no control character belongs to it.
const char* end_of_token(const char* at, const char* end) {
  while (at != end && static_cast<unsigned char>(*at) > ' ')
    ++at;
  return at;
}

// The control line of a PUB as clients write it: capitals, single blanks, CRLF.
struct PlainPub {
  std::string_view subject;
  std::string_view reply;
  std::string_view size;
  std::size_t line_bytes = 0;  // with its CRLF; 0: written in another way, or not all there
};

PlainPub read_plain_pub(std::string_view input) {
  constexpr std::string_view kVerb = "PUB ";
  PlainPub pub;
  if (!input.starts_with(kVerb)) return pub;
  const char* const end = input.data() + input.size();
  const char* begin = input.data() + kVerb.size();
  const char* at = end_of_token(begin, end);
  if (at == begin || at == end || *at != ' ') return pub;
  pub.subject = {begin, at};
  begin = at + 1;
  at = end_of_token(begin, end);
  if (at == begin || at == end) return pub;
  pub.size = {begin, at};
  if (*at == ' ') {
    pub.reply = pub.size;
    begin = at + 1;
    at = end_of_token(begin, end);
    if (at == begin) return pub;
    pub.size = {begin, at};
  }
  if (end - at < 2 || at[0] != '\r' || at[1] != '\n') return pub;
  pub.line_bytes = static_cast<std::size_t>(at + 2 - input.data());
  return pub;
}

}  // namespace

// What comes a million times a second is read in one pass over its line. Anything unusual about it,
// right or wrong, is left to the way that all operations go. (This halved what parsing costs.)
Parsed Parser::next_pub(std::string_view& input, Operation& op) {
  const PlainPub pub = read_plain_pub(input);
  if (pub.line_bytes == 0 || pub.line_bytes > limits_.max_control_line) return Parsed::incomplete;
  const auto size = read_number(pub.size);
  if (!size) return Parsed::incomplete;
  const auto body_bytes = static_cast<std::size_t>(*size);
  const std::size_t end = pub.line_bytes + body_bytes;
  if (body_bytes > limits_.max_payload || input.size() < end + kLineEnd.size() ||
      input[end] != '\r' || input[end + 1] != '\n')
    return Parsed::incomplete;
  op.verb = Verb::pub;
  op.subject = pub.subject;
  op.reply = pub.reply;
  op.body = input.substr(pub.line_bytes, body_bytes);
  op.header_bytes = 0;
  op.line = input.substr(0, pub.line_bytes - kLineEnd.size());
  input.remove_prefix(end + kLineEnd.size());
  scanned_ = 0;
  return Parsed::operation;
}

Parsed Parser::next(std::string_view& input, Operation& op) {
  wanted_ = 0;
  if (input.empty()) return Parsed::incomplete;
  if (connect_required_ && (input.front() | 0x20) != 'c') return fail(ParseError::connect_expected);
  if (dialect_ == Dialect::client && next_pub(input, op) == Parsed::operation)
    return Parsed::operation;

  const void* found = std::memchr(input.data() + scanned_, '\n', input.size() - scanned_);
  if (found == nullptr) return check_partial(input);
  const auto line_bytes =
      static_cast<std::size_t>(static_cast<const char*>(found) - input.data()) + 1;
  scanned_ = 0;

  std::string_view line = input.substr(0, line_bytes - 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return read_line(line, input, line_bytes, op);
}

Parsed Parser::read_line(std::string_view line,
                         std::string_view& input,
                         std::size_t line_bytes,
                         Operation& op) {
  const auto found = find_verb(dialect_, line);
  if (!found) return fail(ParseError::unknown_operation);
  const std::string_view arguments = trim_blanks(line.substr(found->length));
  if (arguments.size() > limits_.max_control_line) return fail(ParseError::control_line);

  op.verb = found->verb;
  op.line = line;
  std::size_t body_bytes = 0;
  const bool understood = dialect_ == Dialect::client
                              ? read_client_arguments(arguments, op, body_bytes)
                              : read_route_arguments(arguments, op, body_bytes);
  if (!understood) return fail(ParseError::bad_arguments);
  if (has_body(op.verb)) return read_body(input, line_bytes, body_bytes, op);

  op.text = op.verb == Verb::err ? without_quotes(arguments) : arguments;
  input.remove_prefix(line_bytes);
  return Parsed::operation;
}

Parsed Parser::read_body(std::string_view& input,
                         std::size_t line_bytes,
                         std::size_t body_bytes,
                         Operation& op) {
  if (body_bytes > limits_.max_payload) return fail(ParseError::payload);
  const std::size_t end = line_bytes + body_bytes;
  // As much of the line end as is there must be right: who forgot it is told at once.
  const std::string_view after =
      input.size() > end ? input.substr(end, kLineEnd.size()) : std::string_view{};
  if (after != kLineEnd.substr(0, after.size())) return fail(ParseError::unknown_operation);
  if (after.size() < kLineEnd.size()) {
    wanted_ = end + kLineEnd.size();
    return Parsed::incomplete;
  }
  op.body = input.substr(line_bytes, body_bytes);
  input.remove_prefix(end + kLineEnd.size());
  return Parsed::operation;
}

Parsed Parser::check_partial(std::string_view input) {
  if (!may_become_verb(dialect_, input)) return fail(ParseError::unknown_operation);
  // The verb counts here, for a line whose end is not in sight; a few bytes more or less protect as
  // well.
  if (input.size() > limits_.max_control_line + sizeof("CONNECT \r"))
    return fail(ParseError::control_line);
  scanned_ = input.size();
  return Parsed::incomplete;
}

Parsed Parser::fail(ParseError error) {
  error_ = error;
  return Parsed::error;
}

}  // namespace broker
