#include "broker/subjects/subject.h"

namespace broker {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

// Two tokens of filters may stand for the same token.
bool tokens_meet(std::string_view a, std::string_view b) {
  return a == b || a == "*" || b == "*";
}

}  // namespace

bool is_valid_subject(std::string_view subject) {
  bool more = true;
  while (more) {
    const std::string_view token = take_subject_token(subject, more);
    if (token.empty() || (token == ">" && more)) return false;
    for (const char c : token) {
      if (is_space(c)) return false;
    }
  }
  return true;
}

bool has_wildcard(std::string_view subject) {
  bool more = true;
  while (more) {
    const std::string_view token = take_subject_token(subject, more);
    if (token == "*" || (token == ">" && !more)) return true;
  }
  return false;
}

bool is_literal_subject(std::string_view subject) {
  return is_valid_subject(subject) && !has_wildcard(subject);
}

bool matches(std::string_view filter, std::string_view subject) {
  bool more_filter = true;
  bool more_subject = true;
  while (true) {
    const std::string_view wanted = take_subject_token(filter, more_filter);
    const std::string_view token = take_subject_token(subject, more_subject);
    if (token.empty()) return false;
    if (wanted == ">" && !more_filter) return true;
    if (wanted != "*" && wanted != token) return false;
    if (!more_filter || !more_subject) return more_filter == more_subject;
  }
}

bool covers(std::string_view outer, std::string_view inner) {
  bool more_outer = true;
  bool more_inner = true;
  while (true) {
    const std::string_view wide = take_subject_token(outer, more_outer);
    const std::string_view token = take_subject_token(inner, more_inner);
    if (wide == ">" && !more_outer) return true;
    if (token == ">" && !more_inner) return false;
    if (wide != "*" && wide != token) return false;
    if (!more_outer || !more_inner) return more_outer == more_inner;
  }
}

bool overlaps(std::string_view a, std::string_view b) {
  bool more_a = true;
  bool more_b = true;
  while (true) {
    const std::string_view token_a = take_subject_token(a, more_a);
    const std::string_view token_b = take_subject_token(b, more_b);
    if ((token_a == ">" && !more_a) || (token_b == ">" && !more_b)) return true;
    if (!tokens_meet(token_a, token_b)) return false;
    if (!more_a || !more_b) return more_a == more_b;
  }
}

}  // namespace broker
