#pragma once

#include <string_view>

// Subjects: tokens parted by dots. In a filter "*" stands for one token and ">" for one or more at
// the end; elsewhere both are plain characters ("a*" and ">.b" are literal). Source:
// docs.nats.io/nats-concepts/subjects; nats-server server/sublist.go (IsValidSubject,
// subjectIsLiteral)
namespace broker {

// No empty token, no blank, tab, line end or form feed; ">" as a token only at the end.
bool is_valid_subject(std::string_view subject);

// "*" or a last ">" stands for other tokens in it.
bool has_wildcard(std::string_view subject);

// A valid subject without wildcard tokens: what may be published to.
bool is_literal_subject(std::string_view subject);

// True when a subscription on `filter` receives messages on `subject`. Both are valid; a `subject`
// with wildcard tokens is taken by the letter.
bool matches(std::string_view filter, std::string_view subject);

// True when every subject that `inner` matches is matched by `outer`: "a.>" covers "a.*.b".
bool covers(std::string_view outer, std::string_view inner);

// True when some subject is matched by both: "a.*" and "*.b" meet at "a.b".
bool overlaps(std::string_view a, std::string_view b);

// Takes the first token off the front of `subject`; `more` tells whether another one follows.
inline std::string_view take_subject_token(std::string_view& subject, bool& more) {
  const auto dot = subject.find('.');
  more = dot != std::string_view::npos;
  const std::string_view token = subject.substr(0, dot);
  subject.remove_prefix(more ? dot + 1 : subject.size());
  return token;
}

}  // namespace broker
