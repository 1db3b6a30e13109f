#include "broker/websocket/http_request.h"

#include "base/text.h"

#include <algorithm>

namespace broker {

namespace {

base::Error malformed(const char* what) {
  return {base::ErrorCode::invalid, what};
}

// The next line, without its end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
  });
}

// "/a?b", or with the server before it.
std::string path_of(std::string_view target) {
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos) {
    const auto slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return std::string(target.substr(0, target.find('?')));
}

}  // namespace

base::Result<HttpRequest> HttpRequest::parse(std::string_view head) {
  HttpRequest request;
  const auto words = base::split(take_line(head), ' ');
  if (words.size() != 3 || !is_token(words[0]) || words[1].empty()) {
    return malformed("malformed HTTP request");
  }
  if (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0") return malformed("malformed HTTP version");
  request.method = words[0];
  request.path = path_of(words[1]);
  request.is_1_0 = words[2] == "HTTP/1.0";
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return malformed("malformed MIME header line");
    }
    request.headers.emplace_back(base::lower(line.substr(0, colon)),
                                 base::trim(line.substr(colon + 1)));
  }
  return request;
}

std::string HttpRequest::header(std::string_view name) const {
  for (const auto& [its_name, value] : headers) {
    if (its_name == name) return value;
  }
  return {};
}

std::vector<std::string> HttpRequest::list(std::string_view name) const {
  std::vector<std::string> pieces;
  for (const auto& [its_name, value] : headers) {
    if (its_name != name) continue;
    for (const std::string& piece : base::split(value, ','))
      pieces.emplace_back(base::trim(piece));
  }
  return pieces;
}

bool HttpRequest::lists(std::string_view name, std::string_view word) const {
  const auto pieces = list(name);
  return std::any_of(pieces.begin(), pieces.end(), [&](const std::string& piece) {
    return base::equals_ignoring_case(piece, word);
  });
}

std::vector<std::pair<std::string, std::string>> HttpRequest::cookies() const {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [name, value] : headers) {
    if (name != "cookie") continue;
    for (const std::string& piece : base::split(value, ';')) {
      const std::string_view cookie = base::trim(piece);
      const auto equals = cookie.find('=');
      if (equals == std::string_view::npos) continue;
      std::string_view says = cookie.substr(equals + 1);
      if (says.size() > 1 && says.starts_with('"') && says.ends_with('"')) {
        says = says.substr(1, says.size() - 2);
      }
      found.emplace_back(cookie.substr(0, equals), says);
    }
  }
  return found;
}

bool HttpRequest::has_body() const {
  const std::string length = header("content-length");
  return (!length.empty() && length != "0") || !header("transfer-encoding").empty();
}

std::size_t end_of_head(std::string_view bytes) {
  const auto strict = bytes.find("\r\n\r\n");
  return strict == std::string_view::npos ? strict : strict + 4;
}

}  // namespace broker
