#pragma once

#include "broker/protocol/operations.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Bytes in, operations out. Only parses: what an operation means, and whether it is allowed, is the
// session's.
//
//   Parser parser(Dialect::client, limits);
//   Operation op;
//   while (parser.next(input, op) == Parsed::operation) use(op);   // input shrinks from the front
//
// next() never keeps a view: what it returns points into `input`, and incomplete bytes are to be
// offered again together with what follows. Any split of a stream gives the same operations.
// Threads: one.
namespace broker {

enum class Dialect : std::uint8_t { client, route, leaf };

enum class Parsed : std::uint8_t { operation, incomplete, error };

enum class ParseError : std::uint8_t {
  none,
  unknown_operation,  // "Unknown Protocol Operation": a verb that is none, no CRLF after a payload
  bad_arguments,     // wrong count, no number, headers longer than the whole: closed without a word
  control_line,      // longer than allowed
  payload,           // announced size above the limit
  connect_expected,  // another operation came first although CONNECT is required
};

struct ParserLimits {
  std::size_t max_control_line = 4096;
  std::size_t max_payload = 1024 * 1024;  // headers included
};

class Parser {
 public:
  Parser(Dialect dialect, ParserLimits limits) : dialect_(dialect), limits_(limits) {}

  // The next operation of `input`, whose bytes are taken off its front. With `incomplete` nothing
  // is taken and `op` is undefined; with `error` the stream is lost.
  Parsed next(std::string_view& input, Operation& op);

  ParseError error() const { return error_; }

  // After `incomplete`: how many bytes the operation at the front of the input needs in all; 0 when
  // its control line is not complete yet.
  std::size_t wanted_bytes() const { return wanted_; }

  void set_limits(ParserLimits limits) { limits_ = limits; }

  // While set, anything but CONNECT is an error, seen at its first byte (so that strangers cannot
  // make us gather payloads).
  void require_connect(bool required) { connect_required_ = required; }

 private:
  Parsed next_plain_message(std::string_view& input, Operation& op);
  Parsed fail(ParseError error);
  Parsed read_line(std::string_view line,
                   std::string_view& input,
                   std::size_t line_bytes,
                   Operation& op);
  Parsed read_body(std::string_view& input,
                   std::size_t line_bytes,
                   std::size_t body_bytes,
                   Operation& op);
  Parsed check_partial(std::string_view input);

  Dialect dialect_;
  ParserLimits limits_;
  ParseError error_ = ParseError::none;
  std::size_t wanted_ = 0;
  std::size_t scanned_ = 0;  // of an incomplete control line: where the search for its end goes on
  bool connect_required_ = false;
};

}  // namespace broker
