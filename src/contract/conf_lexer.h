#pragma once

#include "base/result.h"
#include "contract/conf_value.h"

#include <optional>
#include <string>
#include <string_view>

// The letters of a configuration file: keys, plain values, comments and what ends them. Which of
// them may come next depends on where one stands, so the parser asks for what it expects.
//
// Errors read as nats-server prints them: Parse error on line 3: 'Unexpected EOF processing map.'
// Source: nats-server conf/lex.go; every text is compared with the real server in conf_parser_test.
namespace contract {

class ConfLexer {
 public:
  static constexpr int kEnd = -1;

  static bool is_line_end(int c) { return c == '\n' || c == '\r'; }

  ConfLexer(std::string_view text, std::shared_ptr<const std::string> file)
      : text_(text), file_(std::move(file)) {}

  int peek(std::size_t ahead = 0) const;
  int next();  // kEnd at the end, again and again

  bool at_comment() const;  // "#" or "//"

  // Blanks, line ends and comments.
  void skip_space_and_comments();
  // Blanks only, or blanks and line ends: no comments, which would be part of a value.
  void skip_blanks();
  void skip_space();

  // The rest of a comment's line, without its end.
  void skip_comment();

  ConfPlace place() const;
  base::Error error(std::string_view what) const;

  enum class In { top, map };

  // A bare or quoted key, up to its end. `include` as a bare word followed by a blank is a keyword.
  struct Key {
    std::string text;
    ConfPlace place;
    bool is_include = false;
  };

  base::Result<Key> key(In where);

  // What follows the keyword `include`.
  base::Result<std::string> include_path();

  // A value that is no list and no map. A bare word that begins with '$' names a variable.
  struct Scalar {
    ConfValue value;
    std::optional<std::string> variable = {};
  };

  base::Result<Scalar> scalar();

 private:
  base::Result<std::string> quoted_key(In where);
  base::Result<Scalar> bare(std::size_t from);
  base::Result<Scalar> number();
  base::Result<Scalar> fraction(std::size_t from);
  base::Result<Scalar> date(std::size_t from);
  base::Result<Scalar> integer(std::size_t from) const;
  base::Result<std::string> raw_string();
  base::Result<std::string> escaped_string();
  base::Result<std::string> block();
  base::Result<void> escape(std::string& out);
  void skip_digits();

  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::size_t line_start_ = 0;
};

// How a sign is shown in a message.
std::string shown(int sign);

}  // namespace contract
