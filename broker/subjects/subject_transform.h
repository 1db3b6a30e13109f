#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// One subject into another, as imports and mappings have it:
//
//   "orders.*.*" to "by.$2.$1"                        orders.eu.17  becomes  by.17.eu
//   "orders.>"   to "all.>"                           orders.eu.17  becomes  all.eu.17
//   "orders.*"   to "orders.{{partition(3,1)}}.$1"    orders.eu     becomes  orders.2.eu
//
// A placeholder is a whole token: "$N" or "{{wildcard(N)}}", the N-th "*" of the source, or one of
// the functions partition, split, splitFromLeft, splitFromRight, sliceFromLeft, sliceFromRight,
// left, right and random. Immutable; equal when both texts are.
// Source: nats-server server/subject_transform.go; docs.nats.io/nats-concepts/subject_mapping
namespace broker {

class SubjectTransform {
 public:
  // `reversible`: every "*" has its place in the destination, and only as it is, so that
  // reversed() exists; imports must be so.
  enum class Kind : std::uint8_t { any, reversible };

  // Error: nats-server's words, "invalid mapping destination: wildcard index out of range in $2:
  // [2]".
  static base::Result<SubjectTransform> make(std::string_view source,
                                             std::string_view destination,
                                             Kind kind);

  const std::string& source() const { return source_; }

  const std::string& destination() const { return destination_; }

  // What `subject`, which the source matches, becomes. Also of a filter that the source covers.
  std::string apply(std::string_view subject) const;

  // From the destination to the source. Of a reversible one.
  SubjectTransform reversed() const;

  bool operator==(const SubjectTransform& other) const {
    return source_ == other.source_ && destination_ == other.destination_;
  }

 private:
  enum class Function : std::uint8_t {
    text,  // the token as it stands
    wildcard,
    partition,
    split_from_left,
    split_from_right,
    slice_from_left,
    slice_from_right,
    split,
    left,
    right,
    random,
  };

  struct Token {
    Function function = Function::text;
    std::string text = {};             // as written; of split the separator
    std::vector<std::size_t> of = {};  // tokens of the source, by place from 0
    std::int64_t number = 0;           // buckets, position, length; which wildcard, from 1
  };

  static base::Result<Token> read_token(const std::string& token);
  base::Result<void> read_destination(Kind kind);
  base::Result<void> place(Token& token,
                           const std::vector<std::size_t>& wildcards,
                           const std::string& text) const;
  static void append(std::string& to,
                     const Token& token,
                     const std::vector<std::string_view>& subject);

  std::string source_;
  std::string destination_;
  std::vector<Token> tokens_;      // of the destination
  std::size_t source_tokens_ = 0;  // how many
  bool has_rest_ = false;          // both end with ">"
};

// "orders.*.*" -> "orders.$1.$2": the wildcards as a destination names them.
std::string with_placeholders(std::string_view filter);

// "by.$2.$1" -> "by.*.*": what the destination's subjects match.
std::string without_placeholders(std::string_view destination);

// Whether a mapping may go there: no empty token, no blank, ">" only at the end, no function that
// nobody knows. Empty: nowhere.
base::Result<void> check_mapping_destination(std::string_view destination);

}  // namespace broker
