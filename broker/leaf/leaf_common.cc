#include "broker/leaf/leaf_common.h"

#include "broker/leaf/leaf_session.h"
#include "broker/protocol/lines.h"

#include <algorithm>
#include <random>

namespace broker {

namespace {

// 22 letters and digits that nobody else has. As nuid makes them.
std::string unique_name() {
  static constexpr std::string_view kLetters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr int kLength = 22;
  std::random_device random;
  std::string name;
  for (int i = 0; i < kLength; ++i)
    name += kLetters[random() % kLetters.size()];
  return name;
}

std::shared_ptr<const Authenticator> make_own_users(const LeafSettings& settings,
                                                    AccountTable& accounts) {
  if (settings.users.empty()) return nullptr;
  AuthRules rules;
  rules.users = settings.users;
  rules.door = ConnectionType::leafnode;
  rules.map_certificates = settings.map_certificates && !settings.single;
  return std::make_shared<const Authenticator>(std::move(rules), accounts);
}

}  // namespace

LeafCommon::LeafCommon(Workers& workers,
                       Clients& clients,
                       LeafIdentity identity,
                       LeafSettings settings)
    : workers_(workers),
      clients_(clients),
      identity_(std::move(identity)),
      tls_(std::make_shared<const LeafTls>()) {
  set_settings(std::move(settings));
}

std::shared_ptr<const LeafSettings> LeafCommon::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void LeafCommon::set_settings(LeafSettings settings) {
  auto users = make_own_users(settings, clients_.accounts());
  auto fresh = std::make_shared<const LeafSettings>(std::move(settings));
  const std::lock_guard lock(mutex_);
  settings_ = std::move(fresh);
  own_users_ = std::move(users);
}

std::shared_ptr<const LeafTls> LeafCommon::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

void LeafCommon::set_tls(LeafTls tls) {
  auto fresh = std::make_shared<const LeafTls>(std::move(tls));
  const std::lock_guard lock(mutex_);
  tls_ = std::move(fresh);
}

std::shared_ptr<const Authenticator> LeafCommon::authenticator() const {
  const auto of_clients = clients_.rules()->authenticator;
  const std::lock_guard lock(mutex_);
  if (own_users_ != nullptr) return own_users_;
  if (of_clients_ != of_clients) {
    AuthRules rules = of_clients->rules();
    rules.door = ConnectionType::leafnode;
    as_leafs_ = std::make_shared<const Authenticator>(
        std::move(rules), clients_.accounts(), of_clients->trusted());
    of_clients_ = of_clients;
  }
  return as_leafs_;
}

void LeafCommon::set_port(int port) {
  const std::lock_guard lock(mutex_);
  port_ = port;
}

contract::HostPort LeafCommon::own_address(const LeafSettings& settings, int port) const {
  if (!settings.advertise.empty()) {
    if (auto advertised = contract::HostPort::parse(settings.advertise, port)) return *advertised;
  }
  return {identity_.host, port};
}

contract::ServerInfo LeafCommon::info() const {
  const auto rules = clients_.rules();
  const std::lock_guard lock(mutex_);
  const contract::HostPort address = own_address(*settings_, port_);
  contract::ServerInfo info;
  info.server_id = identity_.server_id;
  info.server_name = identity_.server_name;
  info.version = identity_.version;
  info.proto = contract::kClientProtocol;
  info.host = address.host;
  info.port = address.port;
  info.ip = address.text();
  info.headers = rules->limits.headers;
  info.auth_required = true;
  info.tls_required = tls_->door != nullptr;
  info.tls_verify = info.tls_required && settings_->tls->verify;
  info.max_payload = static_cast<std::int64_t>(rules->limits.max_payload);
  info.cluster = cluster_;
  info.info_on_connect = true;
  info.leafnode_urls = {address.text()};
  for (const std::string& url : others_) {
    if (url != address.text()) info.leafnode_urls.push_back(url);
  }
  return info;
}

void LeafCommon::set_cluster(std::string name, std::vector<std::string> urls_of_others) {
  {
    const std::lock_guard lock(mutex_);
    const bool news = others_ != urls_of_others;
    cluster_ = std::move(name);
    others_ = std::move(urls_of_others);
    if (!news || !settings_->listens()) return;
  }
  const std::string line = info_line(contract::to_json(info()).dump());
  for (const LeafPeer& peer : table_.all()) {
    workers_.at(peer.to->worker).post([to = peer.to, line](Worker&) {
      if (to->endpoint != nullptr) static_cast<LeafSession*>(to->endpoint)->say(line);
    });
  }
}

std::string LeafCommon::cluster() const {
  const std::lock_guard lock(mutex_);
  return cluster_;
}

std::vector<std::string> LeafCommon::own_urls() const {
  const std::lock_guard lock(mutex_);
  if (!settings_->listens() || settings_->no_advertise) return {};
  return {own_address(*settings_, port_).text()};
}

std::string LeafCommon::loop_subject(const Account& account) {
  const std::lock_guard lock(mutex_);
  std::string& subject = loop_subjects_[&account];
  if (subject.empty()) subject = std::string(kLoopSubjects) + unique_name();
  return subject;
}

void LeafCommon::close(const LeafPeer& peer, CloseReason reason, std::string_view err) {
  workers_.at(peer.to->worker).post([to = peer.to, reason, err = std::string(err)](Worker&) {
    if (to->endpoint != nullptr) static_cast<LeafSession*>(to->endpoint)->close(reason, err);
  });
}

}  // namespace broker
