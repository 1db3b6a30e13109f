#include "broker/subjects/subject_transform.h"

#include "base/text.h"
#include "broker/subjects/subject.h"
#include "broker/subjects/token_functions.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace broker {

namespace {

base::Error bad(const std::string& what, const std::string& token) {
  return {base::ErrorCode::invalid,
          "invalid mapping destination: " + what + (token.empty() ? "" : " in " + token)};
}

// A function as a token has it: "{{ splitFromLeft(1, 3) }}" is its name and "1, 3".
struct Call {
  std::string_view name;
  std::string_view arguments;
};

bool is_braced(std::string_view token) {
  return token.size() > 4 && token.starts_with("{{") && token.ends_with("}}");
}

std::optional<Call> read_call(std::string_view token) {
  if (!is_braced(token)) return std::nullopt;
  const std::string_view inner = base::trim(token.substr(2, token.size() - 4));
  const auto open = inner.find('(');
  if (open == std::string_view::npos || !inner.ends_with(')')) return std::nullopt;
  return Call{base::trim(inner.substr(0, open)), inner.substr(open + 1, inner.size() - open - 2)};
}

// Words of a name may begin with a large or a small letter: "SplitFromLeft" and "splitfromleft".
bool is_named(std::string_view given, std::string_view name) {
  if (!base::equals_ignoring_case(given, name)) return false;
  const std::array<std::string_view, 3> kSecondWords = {"From", "Left", "Right"};
  for (std::size_t i = 1; i < given.size(); ++i) {
    if (given[i] < 'A' || given[i] > 'Z') continue;
    const bool begins_word =
        std::any_of(kSecondWords.begin(), kSecondWords.end(), [&](std::string_view word) {
          return given.substr(i).starts_with(word);
        });
    if (!begins_word) return false;
  }
  return true;
}

// Parted by commas; blanks after one do not count.
std::vector<std::string> arguments_of(std::string_view text) {
  std::vector<std::string> arguments = base::split(text, ',');
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const auto first = arguments[i].find_first_not_of(" \t\r\n\f");
    arguments[i].erase(0, std::min(first, arguments[i].size()));
  }
  return arguments;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  const auto number = base::parse_int(text);
  if (!number || *number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return *number;
}

std::vector<std::string_view> tokens_of(std::string_view subject) {
  std::vector<std::string_view> tokens;
  for (bool more = true; more;)
    tokens.push_back(take_subject_token(subject, more));
  return tokens;
}

// What a subject says of itself. As nats-server has it here: blanks are no concern.
struct Shape {
  bool valid = true;
  std::vector<std::size_t> wildcards = {};  // the places of "*"
  bool has_rest = false;                    // ends with ">"
};

Shape shape_of(std::string_view subject) {
  Shape shape;
  const auto tokens = tokens_of(subject);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].empty() || shape.has_rest) shape.valid = false;
    if (tokens[i] == "*") shape.wildcards.push_back(i);
    if (tokens[i] == ">") shape.has_rest = true;
  }
  return shape;
}

void append_parts(std::string& to, std::string_view first, std::string_view second) {
  to.append(first).append(1, '.').append(second);
}

}  // namespace

base::Result<SubjectTransform::Token> SubjectTransform::read_token(const std::string& token) {
  Token read{.text = token};
  if (token.size() > 1 && token[0] == '$') {
    const auto index = base::parse_int(std::string_view(token).substr(1));
    if (!index) return read;  // other subjects begin with a dollar, too
    return Token{Function::wildcard, token, {static_cast<std::size_t>(*index)}, *index};
  }
  if (!is_braced(token)) return read;
  const auto call = read_call(token);
  if (!call) return bad("unknown function", token);
  const auto arguments = arguments_of(call->arguments);
  const auto index_at = [&](std::size_t i) -> base::Result<std::size_t> {
    const auto number = number_in(arguments[i]);
    if (!number) return bad("function argument is invalid or in the wrong format", token);
    return static_cast<std::size_t>(*number);
  };
  if (is_named(call->name, "wildcard")) {
    if (arguments.size() == 1 && arguments[0].empty())
      return bad("not enough arguments passed to the function", token);
    if (arguments.size() > 1) return bad("too many arguments passed to the function", token);
    const std::size_t index = TRY(index_at(0));
    return Token{Function::wildcard, token, {index}, static_cast<std::int64_t>(index)};
  }
  if (is_named(call->name, "partition") || is_named(call->name, "random")) {
    const bool drawn = is_named(call->name, "random");
    read.function = drawn ? Function::random : Function::partition;
    read.number = static_cast<std::int64_t>(TRY(index_at(0)));
    if (drawn && arguments.size() != 1)
      return bad("not enough arguments passed to the function", token);
    for (std::size_t i = 1; i < arguments.size(); ++i)
      read.of.push_back(TRY(index_at(i)));
    return read;
  }
  static const std::array<std::pair<std::string_view, Function>, 7> kTwoArguments = {
      {{"splitfromleft", Function::split_from_left},
       {"splitfromright", Function::split_from_right},
       {"slicefromleft", Function::slice_from_left},
       {"slicefromright", Function::slice_from_right},
       {"split", Function::split},
       {"left", Function::left},
       {"right", Function::right}}};
  for (const auto& [name, function] : kTwoArguments) {
    if (!is_named(call->name, name)) continue;
    if (arguments.size() < 2) return bad("not enough arguments passed to the function", token);
    if (arguments.size() > 2) return bad("too many arguments passed to the function", token);
    read.function = function;
    read.of = {TRY(index_at(0))};
    if (function != Function::split) {
      read.number = static_cast<std::int64_t>(TRY(index_at(1)));
    } else if (arguments[1].find(' ') != std::string::npos) {
      return bad("function argument is invalid or in the wrong format", token);
    } else {
      read.text = arguments[1];
    }
    return read;
  }
  return bad("unknown function", token);
}

// From the number of a wildcard to its token's place in the source.
base::Result<void> SubjectTransform::place(Token& token,
                                           const std::vector<std::size_t>& wildcards,
                                           const std::string& text) const {
  if (wildcards.empty() && !has_rest_ && !token.of.empty())
    return bad("wildcard index out of range", text);
  for (std::size_t& index : token.of) {
    const auto number = static_cast<std::int64_t>(index);
    if (number > static_cast<std::int64_t>(wildcards.size())) {
      return bad("wildcard index out of range", text + ": [" + std::to_string(number) + "]");
    }
    // "$0" is the first token, whatever it is: nats-server has it so.
    index = number > 0 ? wildcards[index - 1] : 0;
  }
  return {};
}

base::Result<void> SubjectTransform::read_destination(Kind kind) {
  const Shape from = shape_of(source_);
  const Shape to = shape_of(destination_);
  has_rest_ = from.has_rest;
  source_tokens_ = tokens_of(source_).size();
  const bool ends_alike = from.has_rest == to.has_rest;
  if (!from.valid || !to.valid || !to.wildcards.empty() || !ends_alike) {
    return base::Error(base::ErrorCode::invalid, "invalid subject");
  }
  std::size_t used = 0;
  for (const std::string_view text : tokens_of(destination_)) {
    Token token = TRY(read_token(std::string(text)));
    const bool plain = token.function == Function::text || token.function == Function::wildcard;
    if (kind == Kind::reversible && !plain) {
      return bad("the only mapping function allowed for import transforms is {{Wildcard()}}",
                 std::string(text));
    }
    used += token.of.size();
    TRY(place(token, from.wildcards, std::string(text)));
    tokens_.push_back(std::move(token));
  }
  if (kind == Kind::reversible && used < from.wildcards.size())
    return bad("not using all of the token wildcard(s)", destination_);
  return {};
}

base::Result<SubjectTransform> SubjectTransform::make(std::string_view source,
                                                      std::string_view destination,
                                                      Kind kind) {
  SubjectTransform transform;
  transform.source_ = source;
  transform.destination_ = destination;
  TRY(transform.read_destination(kind));
  return transform;
}

void SubjectTransform::append(std::string& to,
                              const Token& token,
                              const std::vector<std::string_view>& subject) {
  if (token.function == Function::text) {
    to += token.text;
    return;
  }
  if (token.function == Function::random) {
    to += random_below(token.number);
    return;
  }
  if (token.function == Function::partition) {
    std::vector<std::string_view> keys;
    for (const std::size_t place : token.of)
      keys.push_back(subject.at(place));
    to += token.of.empty() ? hash_partition(subject, ".", token.number)
                           : hash_partition(keys, "", token.number);
    return;
  }
  const std::string_view whole = subject.at(token.of.at(0));
  if (token.function == Function::split) return append_split(to, whole, token.text);
  const auto size = static_cast<std::size_t>(token.number);
  const bool fits = token.number > 0 && size < whole.size();
  if (token.function == Function::wildcard || !fits) {
    to += whole;
    return;
  }
  const std::size_t rest = whole.size() - size;
  switch (token.function) {
    case Function::split_from_left:
      return append_parts(to, whole.substr(0, size), whole.substr(size));
    case Function::split_from_right:
      return append_parts(to, whole.substr(0, rest), whole.substr(rest));
    case Function::slice_from_left:
    case Function::slice_from_right:
      return append_slices(to, whole, size, token.function == Function::slice_from_right);
    case Function::left:
      to += whole.substr(0, size);
      return;
    default:
      to += whole.substr(rest);
      return;
  }
}

std::string SubjectTransform::apply(std::string_view subject) const {
  const auto tokens = tokens_of(subject);
  if (tokens.size() + (has_rest_ ? 1 : 0) < source_tokens_) return destination_;
  std::string result;
  const std::size_t count = tokens_.size() - (has_rest_ ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) result += '.';
    append(result, tokens_[i], tokens);
  }
  if (!has_rest_) return result;
  for (std::size_t i = source_tokens_ - 1; i < tokens.size(); ++i) {
    if (!result.empty()) result += '.';
    result += tokens[i];
  }
  return result;
}

SubjectTransform SubjectTransform::reversed() const {
  const std::string source = without_placeholders(destination_);
  std::vector<std::int64_t> numbers;  // of the source's wildcards, in the destination's order
  for (const Token& token : tokens_) {
    if (token.function == Function::wildcard) numbers.push_back(token.number);
  }
  std::string destination;
  std::int64_t wildcard = 0;
  for (const std::string_view token : tokens_of(source_)) {
    if (!destination.empty()) destination += '.';
    if (token != "*") {
      destination += token;
      continue;
    }
    const auto place = std::find(numbers.begin(), numbers.end(), ++wildcard);
    destination += "$" + std::to_string(place - numbers.begin() + 1);
  }
  auto made = make(source, destination, Kind::any);
  return made ? *std::move(made) : *this;
}

std::string with_placeholders(std::string_view filter) {
  std::string result;
  int number = 0;
  for (const std::string_view token : tokens_of(filter)) {
    if (!result.empty()) result += '.';
    if (token == "*") {
      result += "$" + std::to_string(++number);
    } else {
      result += token;
    }
  }
  return result;
}

std::string without_placeholders(std::string_view destination) {
  std::string result;
  for (const std::string_view token : tokens_of(destination)) {
    if (!result.empty()) result += '.';
    const auto call = read_call(token);
    const bool dollar = token.size() > 1 && token[0] == '$' && token[1] >= '1' && token[1] <= '9';
    const bool function = call && is_named(call->name, "wildcard") && !call->arguments.empty() &&
                          call->arguments.find(',') == std::string_view::npos;
    result += dollar || function ? std::string_view("*") : token;
  }
  return result;
}

base::Result<void> check_mapping_destination(std::string_view destination) {
  static constexpr std::array<std::string_view, 10> kFunctions = {"partition",
                                                                  "wildcard",
                                                                  "splitfromleft",
                                                                  "splitfromright",
                                                                  "slicefromleft",
                                                                  "slicefromright",
                                                                  "split",
                                                                  "left",
                                                                  "right",
                                                                  "random"};
  if (destination.empty()) return {};
  bool ended = false;
  for (const std::string_view token : tokens_of(destination)) {
    if (token.empty() || ended) {
      return base::Error(base::ErrorCode::invalid,
                         "invalid mapping destination: invalid subject in " + std::string(token));
    }
    if (is_braced(token)) {
      const auto call = read_call(token);
      const bool known = call && std::any_of(kFunctions.begin(), kFunctions.end(), [&](auto name) {
                           return is_named(call->name, name);
                         });
      if (!known) return bad("unknown function", std::string(token));
    } else if (token == ">") {
      ended = true;
    } else if (token.find_first_of(" \t\n\f\r") != std::string_view::npos) {
      return bad("invalid subject", "");
    }
  }
  return {};
}

}  // namespace broker
