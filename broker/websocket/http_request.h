#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broker {

// The head of a request, as far as an upgrade asks for it. Pure.
// Source: RFC 9112; what Go's net/http makes of it
struct HttpRequest {
  std::string method = {};
  std::string path = {};  // without the query
  bool is_1_0 = false;
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case

  // `head` is everything before the empty line. Error: it is none.
  static base::Result<HttpRequest> parse(std::string_view head);

  std::string header(std::string_view name) const;  // the first one's value; empty: none

  // Whether one of the lists that are headers of this name holds the word, in any case.
  bool lists(std::string_view name, std::string_view word) const;

  // The pieces of all lists that are headers of this name.
  std::vector<std::string> list(std::string_view name) const;

  std::vector<std::pair<std::string, std::string>> cookies() const;

  bool has_body() const;
};

// Where the head of a request ends, with its empty line; npos: not yet.
std::size_t end_of_head(std::string_view bytes);

}  // namespace broker
