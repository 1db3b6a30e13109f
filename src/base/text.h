#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Small questions about text that the standard library leaves open. Everything here is pure.
namespace base {

// "a,b,,c" at ',' -> a, b, "", c. An empty text is one empty piece.
std::vector<std::string> split(std::string_view text, char separator);

// Without blanks, tabs and line ends at both sides.
std::string_view trim(std::string_view text);

// "a", "b" with ", " -> "a, b"
std::string join(const std::vector<std::string>& pieces, std::string_view separator);

// ASCII only: what NATS compares without regard to case (verbs, conf keys) is ASCII.
std::string lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

// The whole text as a decimal number, or an error that quotes it.
Result<std::int64_t> parse_int(std::string_view text);
Result<double> parse_float(std::string_view text);

// "node" for "nodes", out of the known words; empty when none is near enough to be meant.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// "a", for messages, with nothing escaped.
std::string in_quotes(std::string_view text);

// "1 node", "2 nodes"
std::string count_of(std::size_t count, std::string_view singular);

}  // namespace base
