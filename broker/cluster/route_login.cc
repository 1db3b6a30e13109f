#include "broker/cluster/route_login.h"

#include "base/text.h"
#include "broker/accounts/password.h"
#include "broker/sessions/certificate_names.h"

#include <algorithm>

namespace broker {

namespace {

// A name of a certificate against a host. A star is the whole of the first label, as RFC 6125
// 6.4.3 has it.
bool is_for_host(std::string_view name, std::string_view host) {
  const std::string wanted = base::lower(name);
  const std::string actual = base::lower(host);
  if (!wanted.starts_with("*.")) return wanted == actual;
  const auto dot = actual.find('.');
  return dot != std::string::npos && actual.substr(dot) == wanted.substr(1);
}

bool is_known_host(const std::string& name, const ClusterSettings& settings) {
  const auto& routes = settings.routes;
  return std::any_of(routes.begin(), routes.end(), [&](const contract::Url& url) {
    return is_for_host(name, url.host);
  });
}

bool certificate_fits(const ClusterSettings& settings, const TlsPeer& peer) {
  const auto& hosts = peer.dns_names;
  if (settings.tls->check_known_urls &&
      std::any_of(hosts.begin(), hosts.end(), [&](const std::string& name) {
        return is_known_host(name, settings);
      })) {
    return true;
  }
  const auto names = certificate_names(peer);
  return settings.map_certificates && !settings.user.empty() &&
         std::find(names.begin(), names.end(), settings.user) != names.end();
}

bool goes_by_certificate(const ClusterSettings& settings) {
  return settings.tls && (settings.tls->check_known_urls || settings.map_certificates);
}

}  // namespace

bool asks_who_joins(const ClusterSettings& settings) {
  return !settings.user.empty() || goes_by_certificate(settings);
}

bool may_join(const ClusterSettings& settings,
              const contract::RouteConnect& connect,
              const std::optional<TlsPeer>& peer) {
  if (goes_by_certificate(settings)) return peer && certificate_fits(settings, *peer);
  if (settings.user.empty()) return true;
  return connect.user == settings.user && password_matches(settings.password, connect.pass);
}

}  // namespace broker
