#include "contract/conf_lexer.h"

#include "base/text.h"

#include <charconv>

namespace contract {
namespace {

bool is_blank(int c) {
  return c == ' ' || c == '\t';
}

bool is_space(int c) {
  return is_blank(c) || ConfLexer::is_line_end(c) || c == '\v' || c == '\f';
}

bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

bool is_separator(int c) {
  return c == '=' || c == ':';
}

bool ends_bare_text(int c) {
  return ConfLexer::is_line_end(c) || is_blank(c) || c == ConfLexer::kEnd || c == ';' || c == ',' ||
         c == ']' || c == '}';
}

// 0: no suffix of ours. "k" is 1000, "kb", "ki" and "kib" are 1024, and so on up to "e".
std::int64_t factor(std::string_view suffix) {
  if (suffix.empty()) return 1;
  const std::string unit = base::lower(suffix);
  const auto power = std::string_view("kmgtpe").find(unit[0]);
  if (power == std::string_view::npos) return 0;
  const std::string rest = unit.substr(1);
  if (!rest.empty() && rest != "b" && rest != "i" && rest != "ib") return 0;
  std::int64_t out = 1;
  for (std::size_t i = 0; i <= power; ++i)
    out *= rest.empty() ? 1000 : 1024;
  return out;
}

}  // namespace

std::string shown(int sign) {
  switch (sign) {
    case ConfLexer::kEnd:
      return std::string(1, '\0');
    case '\n':
      return "\\n";
    default:
      return std::string(1, static_cast<char>(sign));
  }
}

int ConfLexer::peek(std::size_t ahead) const {
  return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : kEnd;
}

int ConfLexer::next() {
  const int c = peek();
  if (c == kEnd) return kEnd;
  ++at_;
  if (c == '\n') {
    ++line_;
    line_start_ = at_;
  }
  return c;
}

bool ConfLexer::at_comment() const {
  return peek() == '#' || (peek() == '/' && peek(1) == '/');
}

void ConfLexer::skip_comment() {
  while (peek() != kEnd && !is_line_end(peek()))
    next();
}

void ConfLexer::skip_space_and_comments() {
  for (;;) {
    skip_space();
    if (!at_comment()) return;
    skip_comment();
  }
}

void ConfLexer::skip_blanks() {
  while (is_blank(peek()))
    next();
}

void ConfLexer::skip_space() {
  while (is_space(peek()))
    next();
}

ConfPlace ConfLexer::place() const {
  // nats-server counts the first line's columns from 0 and all others from 1.
  return {file_, line_, static_cast<int>(at_ - line_start_) + (line_ > 1 ? 1 : 0)};
}

base::Error ConfLexer::error(std::string_view what) const {
  return {base::ErrorCode::invalid,
          "Parse error on line " + std::to_string(line_) + ": '" + std::string(what) + "'"};
}

base::Result<std::string> ConfLexer::quoted_key(In where) {
  const int quote = next();
  std::string text;
  while (peek() != quote) {
    if (peek() == kEnd) {
      if (where == In::top) return error("Unexpected EOF.");
      return error(quote == '"' ? "Unexpected EOF processing double quoted map key."
                                : "Unexpected EOF processing quoted map key.");
    }
    text += static_cast<char>(next());
  }
  next();
  return text;
}

base::Result<ConfLexer::Key> ConfLexer::key(In where) {
  Key key;
  key.place = place();
  if (peek() == '"' || peek() == '\'') {
    ++key.place.column;  // messages point at the first letter, not at the quote
    key.text = TRY(quoted_key(where));
    return key;
  }
  while (peek() != kEnd && !is_space(peek()) && !is_separator(peek())) {
    key.text += static_cast<char>(next());
  }
  if (peek() == kEnd && where == In::map) return error("Unexpected EOF processing map key.");
  key.is_include = is_space(peek()) && base::equals_ignoring_case(key.text, "include");
  return key;
}

base::Result<std::string> ConfLexer::include_path() {
  skip_blanks();
  std::string path;
  if (peek() == '"' || peek() == '\'') {
    const int quote = next();
    while (peek() != quote) {
      if (peek() == kEnd) {
        return error(quote == '"' ? "Unexpected EOF in double quoted include"
                                  : "Unexpected EOF in quoted include");
      }
      path += static_cast<char>(next());
    }
    next();
    return path;
  }
  if (is_line_end(peek())) {
    next();
    return error("Expected include value but found new line");
  }
  while (!ends_bare_text(peek()) || peek() == ',' || peek() == ']') {
    if (peek() == '\'') break;
    path += static_cast<char>(next());
  }
  return path;
}

base::Result<ConfLexer::Scalar> ConfLexer::scalar() {
  const int c = peek();
  if (c == '\'') return Scalar{ConfValue::text(TRY(raw_string()))};
  if (c == '"') return Scalar{ConfValue::text(TRY(escaped_string()))};
  if (c == '(') return Scalar{ConfValue::text(TRY(block()))};
  if (c == '.') return error("Floats must start with a digit");
  if (c == '-' || is_digit(c)) return number();
  return bare(at_);
}

base::Result<std::string> ConfLexer::raw_string() {
  next();
  std::string out;
  for (;;) {
    const int c = next();
    if (c == '\'') return out;
    if (c == kEnd) return error("Unexpected EOF.");
    out += static_cast<char>(c);
  }
}

base::Result<std::string> ConfLexer::escaped_string() {
  next();
  std::string out;
  for (;;) {
    const int c = next();
    if (c == '"') return out;
    if (c == kEnd) return error("Unexpected EOF.");
    if (c == '\\') {
      TRY(escape(out));
    } else {
      out += static_cast<char>(c);
    }
  }
}

// Raw lines up to a ')' that stands alone on its line. The line end before it belongs to the text.
base::Result<std::string> ConfLexer::block() {
  next();
  const std::size_t from = at_;
  for (;;) {
    const int c = next();
    if (c == kEnd) return error("Unexpected EOF processing block.");
    const bool begins_line = at_ >= 2 && text_[at_ - 2] == '\n';
    if (c == ')' && begins_line && (peek() == '\n' || peek() == kEnd)) {
      return std::string(text_.substr(from, at_ - 1 - from));
    }
  }
}

base::Result<void> ConfLexer::escape(std::string& out) {
  const int c = next();
  static constexpr std::string_view kNames = "tnr\"\\";
  static constexpr std::string_view kSigns = "\t\n\r\"\\";
  if (c == 'x') {
    std::string digits;
    for (int i = 0; i < 2; ++i) {
      if (is_line_end(peek())) {
        next();
        return error("Expected two hexadecimal digits after '\\x', but hit end of line");
      }
      if (peek() != kEnd) digits += static_cast<char>(next());
    }
    unsigned value = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (problem != std::errc{} || digits.size() != 2 || end != digits.data() + 2) {
      return error("Expected two hexadecimal digits after '\\x', but got '" + digits + "'");
    }
    out += static_cast<char>(value);
    return {};
  }
  const auto at = c == kEnd ? std::string_view::npos : kNames.find(static_cast<char>(c));
  if (at == std::string_view::npos) {
    return error("Invalid escape character '" + shown(c) +
                 "'. Only the following escape characters are allowed: "
                 "\\xXX, \\t, \\n, \\r, \\\", \\\\.");
  }
  out += kSigns[at];
  return {};
}

// A word without quotes, of which [from, at_) is read already.
base::Result<ConfLexer::Scalar> ConfLexer::bare(std::size_t from) {
  std::string out(text_.substr(from, at_ - from));
  bool escaped = false;
  while (!ends_bare_text(peek())) {
    const int c = next();
    if (c == '\'') return Scalar{ConfValue::text(out)};
    if (c == '\\') {
      escaped = true;
      TRY(escape(out));
    } else {
      out += static_cast<char>(c);
    }
  }
  if (escaped) return Scalar{ConfValue::text(out)};
  const std::string word = base::lower(out);
  if (word == "true" || word == "on" || word == "yes") return Scalar{ConfValue::boolean(true)};
  if (word == "false" || word == "off" || word == "no") return Scalar{ConfValue::boolean(false)};
  if (out.starts_with('$')) return Scalar{ConfValue::text(out), out.substr(1)};
  return Scalar{ConfValue::text(out)};
}

void ConfLexer::skip_digits() {
  while (is_digit(peek()))
    next();
}

base::Result<ConfLexer::Scalar> ConfLexer::number() {
  const std::size_t from = at_;
  const bool negative = peek() == '-';
  if (negative) next();
  if (!is_digit(peek())) {
    next();
    const int c = static_cast<unsigned char>(text_[at_ - 1]);
    return error(c == '.' ? "Floats must start with a digit, not '.'."
                          : "Expected a digit but got '" + shown(c) + "'.");
  }
  skip_digits();
  if (peek() == '.') return fraction(from);
  if (peek() == '-' && !negative) return date(from);
  if (std::string_view("kmgtpe").find(static_cast<char>(peek() | 0x20)) != std::string_view::npos &&
      peek() != kEnd) {
    next();
    while (peek() == 'b' || peek() == 'B' || peek() == 'i' || peek() == 'I')
      next();
  }
  const std::string_view digits_and_suffix = text_.substr(from, at_ - from);
  const auto suffix_at = digits_and_suffix.find_first_not_of("-0123456789");
  const bool known =
      suffix_at == std::string_view::npos || factor(digits_and_suffix.substr(suffix_at)) != 0;
  if (ends_bare_text(peek()) && known) return integer(from);
  return bare(from);
}

base::Result<ConfLexer::Scalar> ConfLexer::integer(std::size_t from) const {
  const std::string_view whole = text_.substr(from, at_ - from);
  const auto suffix_at = whole.find_first_not_of("-0123456789");
  const std::string_view suffix =
      suffix_at == std::string_view::npos ? std::string_view() : whole.substr(suffix_at);
  const auto number = base::parse_int(whole.substr(0, suffix_at));
  std::int64_t value = 0;
  if (!number || __builtin_mul_overflow(*number, factor(suffix), &value)) {
    return base::Error(base::ErrorCode::invalid,
                       "integer '" + std::string(whole) + "' is out of the range");
  }
  return Scalar{ConfValue::integer(value)};
}

// "1.5" is a number, "1.2.3" and "10.0.0.1:4222" are text.
base::Result<ConfLexer::Scalar> ConfLexer::fraction(std::size_t from) {
  next();
  if (!is_digit(peek())) {
    const int c = next();
    return error("Floats must have a digit after the '.', but got '" + shown(c) + "' instead.");
  }
  skip_digits();
  if (peek() == '.') {
    while (is_digit(peek()) || peek() == '.' || peek() == ':' || peek() == '-')
      next();
    return Scalar{ConfValue::text(std::string(text_.substr(from, at_ - from)))};
  }
  const std::string_view digits = text_.substr(from, at_ - from);
  const auto value = base::parse_float(digits);
  if (!value) {
    return base::Error(base::ErrorCode::invalid,
                       "float '" + std::string(digits) + "' is out of the range");
  }
  return Scalar{ConfValue::real(*value)};
}

base::Result<ConfLexer::Scalar> ConfLexer::date(std::size_t from) {
  static constexpr std::string_view kRest = "-00-00T00:00:00Z";
  if (at_ - from != 4) {
    next();
    return error("All ISO8601 dates must be in full Zulu form.");
  }
  for (const char expected : kRest) {
    const int c = next();
    if (expected == '0' && !is_digit(c)) {
      return error("Expected digit in ISO8601 datetime, but found '" + shown(c) + "' instead.");
    }
    if (expected != '0' && c != expected) {
      return error("Expected '" + shown(expected) + "' in ISO8601 datetime, but found '" +
                   shown(c) + "' instead.");
    }
  }
  return Scalar{ConfValue::time(std::string(text_.substr(from, at_ - from)))};
}

}  // namespace contract
