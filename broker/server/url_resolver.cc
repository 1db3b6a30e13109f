#include "broker/server/resolvers.h"
#include "contract/url.h"

#include <fmt/format.h>
#include <httplib.h>

namespace broker {

base::Result<std::string> UrlResolver::at_hand(const std::string&) {
  return base::Error(base::ErrorCode::timeout, "the account's JWT has to be fetched");
}

base::Result<std::string> UrlResolver::fetch(const std::string& account) {
  const std::string url = url_ + account;
  const auto failed = [&](const std::string& why) {
    return base::Error(base::ErrorCode::io, fmt::format("could not fetch <\"{}\">: {}", url, why));
  };
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) {
    return failed(fmt::format("Get \"{}\": unsupported protocol scheme \"\"", url));
  }
  const auto path = url.find('/', scheme + 3);
  httplib::Client client(url.substr(0, path));
  if (!client.is_valid())
    return failed(fmt::format("Get \"{}\": unsupported protocol scheme", url));
  client.set_connection_timeout(timeout_);
  client.set_read_timeout(timeout_);
  client.set_write_timeout(timeout_);
  const auto answer = client.Get(url.substr(path));
  if (!answer) return failed(fmt::format("Get \"{}\": {}", url, to_string(answer.error())));
  constexpr int kFound = 200;
  if (answer->status != kFound) {
    return failed(fmt::format("{} {}", answer->status, answer->reason));
  }
  return answer->body;
}

base::Result<void> UrlResolver::store(const std::string&, const std::string&) {
  return base::Error(base::ErrorCode::refused, "store operation not supported for URL Resolver");
}

}  // namespace broker
