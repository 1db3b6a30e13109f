#include "contract/url.h"

#include "base/text.h"

namespace contract {
namespace {

base::Error wrong_address(std::string_view text, std::string_view why) {
  return {base::ErrorCode::invalid, "address " + std::string(text) + ": " + std::string(why)};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

base::Result<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return base::Error(
          base::ErrorCode::invalid,
          "invalid URL escape \"" + std::string(text.substr(i, 3)) + "\" in the user or password");
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// What Go's url.UserPassword leaves alone.
bool plain_in_user(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~$&+,;=").find(c) != std::string_view::npos;
}

std::string encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (plain_in_user(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

base::Result<int> parse_port(std::string_view text, std::string_view whole) {
  const auto port = base::parse_int(text);
  if (!port || *port < -1 || *port > 65535) return wrong_address(whole, "invalid port");
  return static_cast<int>(*port);
}

std::string with_scheme(const Url& url, const std::string& password) {
  std::string text = url.scheme + "://";
  if (url.has_user) {
    text += encode(url.user);
    if (url.has_password) text += ":" + password;
    text += "@";
  }
  const bool bracketed = url.host.find(':') != std::string::npos;
  text += bracketed ? "[" + url.host + "]" : url.host;
  if (url.port != 0) text += ":" + std::to_string(url.port);
  return text;
}

}  // namespace

base::Result<HostPort> HostPort::parse(std::string_view text, int default_port) {
  const std::string_view whole = text;
  HostPort out;
  out.port = default_port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return wrong_address(whole, "missing ']' in address");
    out.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (text.empty()) return out;
    if (!text.starts_with(':')) return wrong_address(whole, "missing port in address");
  } else {
    const auto colon = text.find(':');
    out.host = text.substr(0, colon);
    if (colon == std::string_view::npos) return out;
    text.remove_prefix(colon);
    if (text.find(':', 1) != std::string_view::npos) {
      return wrong_address(whole, "too many colons in address");
    }
  }
  const int port = TRY(parse_port(text.substr(1), whole));
  if (port > 0) out.port = port;
  return out;
}

std::string HostPort::text() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<Url> Url::parse(std::string_view text) {
  Url url;
  std::string_view rest = base::trim(text);
  if (const auto mark = rest.find("://"); mark != std::string_view::npos) {
    url.scheme = base::lower(rest.substr(0, mark));
    rest.remove_prefix(mark + 3);
  }
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_info = rest.substr(0, at);
    const auto colon = user_info.find(':');
    url.has_user = true;
    url.user = TRY(decode(user_info.substr(0, colon)));
    if (colon != std::string_view::npos) {
      url.has_password = true;
      url.password = TRY(decode(user_info.substr(colon + 1)));
    }
    rest.remove_prefix(at + 1);
  }
  const HostPort address = TRY(HostPort::parse(rest));
  url.host = address.host;
  url.port = address.port;
  if (url.host.find_first_of(" \t<>\"\\^`{|}") != std::string::npos)
    return wrong_address(text, "a host name has no such characters");
  if (url.host.empty() && url.port == 0) return wrong_address(text, "no host in it");
  return url;
}

std::string Url::text() const {
  return with_scheme(*this, encode(password));
}

std::string Url::redacted() const {
  return with_scheme(*this, "xxxxx");
}

}  // namespace contract
