#include "broker/leaf/leaf_remote.h"

#include "base/log.h"
#include "broker/leaf/leaf_session.h"
#include "broker/net/socket.h"

#include <algorithm>
#include <random>

namespace broker {

namespace log = base::log;

namespace {

// Servers of a cluster that share their system account tell each other of it first.
// Source: nats-server server/leafnode.go (sharedSysAccDelay)
constexpr base::nanoseconds kSharedSystemAccountDelay = std::chrono::milliseconds(250);

bool is_address(const std::string& host) {
  return host.find_first_not_of("0123456789.") == std::string::npos ||
         host.find(':') != std::string::npos;
}

bool same_place(const contract::Url& a, const contract::Url& b) {
  return a.host == b.host && a.port == b.port;
}

}  // namespace

LeafRemote::LeafRemote(Worker& worker,
                       LeafCommon& common,
                       std::size_t number,
                       LeafRemoteSettings settings)
    : worker_(worker),
      common_(common),
      number_(number),
      settings_(std::move(settings)),
      dialer_(worker.loop()),
      timer_(worker.loop()),
      urls_(settings_.urls) {
  if (settings_.randomize) std::shuffle(urls_.begin(), urls_.end(), worker_.random());
  for (const contract::Url& url : urls_) {
    if (tls_name_.empty() && !is_address(url.host)) tls_name_ = url.host;
  }
}

void LeafRemote::start() {
  const Account& system = common_.clients().accounts().system();
  const bool shared = settings_.account == system.name() && !common_.cluster().empty();
  dial_after(shared ? kSharedSystemAccountDelay : base::nanoseconds(0));
}

void LeafRemote::stop() {
  stopped_ = true;
  timer_.stop();
}

void LeafRemote::ended(base::nanoseconds delay) {
  if (stopped_) return;
  ever_connected_ = true;
  tries_ = 0;
  dial_after(delay + reconnect_delay());
}

void LeafRemote::discovered(const std::vector<std::string>& addresses) {
  std::vector<contract::Url> urls;
  for (const std::string& address : addresses) {
    auto parsed = contract::HostPort::parse(address, contract::kDefaultLeafPort);
    if (!parsed) {
      log::error("Error parsing url \"{}\": {}", address, parsed.error().what);
      continue;
    }
    contract::Url url;
    url.scheme = "nats-leaf";
    url.host = parsed->host;
    url.port = parsed->port;
    const bool known =
        std::any_of(settings_.urls.begin(), settings_.urls.end(), [&](const contract::Url& each) {
          return same_place(each, url);
        });
    if (!known) urls.push_back(std::move(url));
  }
  urls.insert(urls.end(), settings_.urls.begin(), settings_.urls.end());
  urls_ = std::move(urls);
}

base::nanoseconds LeafRemote::reconnect_delay() const {
  return common_.settings()->reconnect;
}

void LeafRemote::dial_after(base::nanoseconds delay) {
  timer_.start(delay, [this] { begin(); });
}

// What an operator signed for is to be known first, and may have to be fetched.
void LeafRemote::begin() {
  if (stopped_) return;
  const auto trusted = common_.clients().rules()->authenticator->trusted();
  if (trusted == nullptr) return dial();
  common_.workers().fetches().submit([this, trusted, &home = worker_, name = settings_.account] {
    auto found = trusted->look_up(name, TrustedAccounts::Fetch::whatever_it_takes);
    const std::string why = found ? std::string() : found.error().what;
    home.post([this, name, why](Worker&) {
      if (why.empty()) return dial();
      log::error("Unable to lookup account {} for solicited leafnode connection: {}", name, why);
      dial_after(reconnect_delay());
    });
  });
}

// The first in the list, unless that was dialled last: then it goes to the end.
const contract::Url& LeafRemote::next_url() {
  if (urls_.size() > 1 && same_place(current_, urls_.front()))
    std::rotate(urls_.begin(), urls_.begin() + 1, urls_.end());
  return current_ = urls_.front();
}

void LeafRemote::dial() {
  if (stopped_ || urls_.empty()) return;
  const contract::Url url = next_url();
  log::debug("Trying to connect as leafnode to remote server on \"{}\"", url.address().text());
  const base::nanoseconds timeout = settings_.dial_timeout.count() > 0
                                        ? settings_.dial_timeout
                                        : common_.settings()->dial_timeout;
  dialer_.dial(url.host,
               static_cast<std::uint16_t>(url.port),
               timeout,
               [this, url](base::Result<Socket> socket) {
                 if (stopped_) return;
                 socket ? connected(url, *std::move(socket)) : failed(url, socket.error());
               });
}

void LeafRemote::connected(const contract::Url& url, Socket socket) {
  LeafDialled dialled{.remote = number_, .settings = settings_, .url = url};
  dialled.tls_name = is_address(url.host) && !tls_name_.empty() ? tls_name_ : url.host;
  for (const contract::Url& each : settings_.urls) {
    if (!each.has_user) continue;
    dialled.user = each.user;
    dialled.password = each.password;
    break;
  }
  // std::function wants to be copied, a socket cannot be.
  auto shared = std::make_shared<Socket>(std::move(socket));
  common_.workers().next().post([&common = common_, shared, dialled](Worker& worker) {
    LeafSession::make(worker, common, std::move(*shared), dialled);
  });
}

void LeafRemote::failed(const contract::Url& url, const base::Error& error) {
  ++tries_;
  const int every = ever_connected_ ? common_.settings()->reconnect_error_reports
                                    : common_.settings()->connect_error_reports;
  const std::string text =
      fmt::format("Error trying to connect as leafnode to remote server \"{}\" (attempt {}): {}",
                  url.address().text(),
                  tries_,
                  error.what);
  const bool loud = tries_ == 1 || (every > 0 && tries_ % every == 0);
  loud ? log::error("{}", text) : log::debug("{}", text);
  const base::nanoseconds delay = reconnect_delay();
  std::uniform_int_distribution<std::int64_t> jitter(0, std::max<std::int64_t>(delay.count(), 1));
  dial_after(delay + base::nanoseconds(jitter(worker_.random())));
}

}  // namespace broker
