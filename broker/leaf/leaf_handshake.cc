// How two servers come to know each other over a leaf connection.
#include "base/base64.h"
#include "base/files.h"
#include "base/log.h"
#include "broker/leaf/leaf_session.h"
#include "broker/protocol/lines.h"
#include "contract/nkey.h"
#include "contract/user_creds.h"
#include "contract/version.h"

#include <random>

#include <fmt/format.h>

namespace broker {

namespace log = base::log;

namespace {

constexpr char kHandshakeRecord = 0x16;

// How long who dials waits for the answer to CONNECT.
// Source: nats-server server/leafnode.go (connectProcessTimeout)
constexpr base::nanoseconds kAnswerTimeout = std::chrono::seconds(2);

constexpr std::string_view kSpacesInName = "cluster name cannot contain spaces or tabs";

// 15 letters nobody can know beforehand. Source: nats-server server/nkey.go
std::string make_nonce() {
  std::random_device random;
  std::string bytes(11, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random() & 0xFFU);
  return base::to_base64url(bytes);
}

std::optional<contract::SubjectPermissions> wire_form(const SubjectRules& rules) {
  if (!rules.allow && rules.deny.empty()) return std::nullopt;
  return contract::SubjectPermissions{rules.allow.value_or(std::vector<std::string>{}), rules.deny};
}

SubjectRules read_wire(const std::optional<contract::SubjectPermissions>& told,
                       const std::vector<std::string>& denied) {
  SubjectRules rules;
  if (told && !told->allow.empty()) rules.allow = told->allow;
  if (told) rules.deny = told->deny;
  rules.deny.insert(rules.deny.end(), denied.begin(), denied.end());
  return rules;
}

// A version that is none is older than any.
bool is_older(const std::string& version, const std::string& least) {
  const auto theirs = contract::Version::parse(version);
  const auto wanted = contract::Version::parse(least);
  return !theirs || (wanted && *theirs < *wanted);
}

bool has_spaces(const std::string& name) {
  return name.find(' ') != std::string::npos;
}

}  // namespace

// INFO in clear and then the handshake, or the handshake alone, as the settings have it.
void LeafSession::start_secured() {
  const auto& first = settings_->handshake_first;
  if (tls_ == nullptr) {
    greet();
  } else if (dialled_) {
    secure({tls_, dialled_->tls_name});
  } else if (!first || first->count() > 0) {
    if (!first) greet();
    // A handshake that begins in time goes before INFO.
    if (first) wait_.start(*first, [this] { greet(); });
    peek();
  } else {
    secure({tls_, std::nullopt});
  }
  if (tls_ != nullptr && !wait_.is_running())
    wait_.start(tls_->settings().timeout, [this] { give_up_tls(); });
  begin();
}

void LeafSession::on_first_bytes(std::string_view bytes) {
  if (bytes.front() != kHandshakeRecord)
    log::debug("{} - expects a TLS handshake, and gets something else", label());
  wait_.start(tls_->settings().timeout, [this] { give_up_tls(); });
  secure({tls_, std::nullopt});
}

void LeafSession::on_tls() {
  wait_.stop();
  secured_ = true;
  if (!dialled_) {
    if (!greeted_) greet();
    parser().require_connect(true);
    wait_.start(settings_->auth_timeout,
                [this] { close(CloseReason::authentication_timeout, "Authentication Timeout"); });
  } else if (hub_) {
    introduce();
  } else {
    wait_.start(dialled_->settings.first_info_timeout, [this] { close(CloseReason::read_error); });
  }
}

void LeafSession::greet() {
  greeted_ = true;
  contract::ServerInfo info = common_.info();
  info.nonce = nonce_ = make_nonce();
  info.client_id = state_.id;
  say(info_line(contract::to_json(info).dump()));
  if (tls_ != nullptr && !secured_) {
    wait_.start(tls_->settings().timeout, [this] { give_up_tls(); });
    return;
  }
  parser().require_connect(true);
  wait_.start(settings_->auth_timeout,
              [this] { close(CloseReason::authentication_timeout, "Authentication Timeout"); });
}

// ---- who dials

void LeafSession::on_info(const Operation& operation) {
  auto info = contract::read_server_info(operation.text);
  if (!info) {
    log::error("{} - {}", label(), info.error().what);
    return close(CloseReason::protocol_violation);
  }
  if (!dialled_) return;  // who was let in has nothing to tell us
  const bool first = !hub_.has_value();
  if (first) return on_first_info(*info);
  if (!info->leafnode_urls.empty() && !dialled_->settings.ignore_discovered)
    common_.hooks().discovered(dialled_->remote, info->leafnode_urls);
  if (info->connect_info && account_ == nullptr) on_answer(*info);
}

void LeafSession::on_first_info(const contract::ServerInfo& info) {
  wait_.stop();
  if (info.client_id == 0 || info.leafnode_urls.empty()) {
    log::error("{} - attempted to connect to wrong port", label());
    return close(CloseReason::wrong_port);
  }
  if (has_spaces(info.cluster)) {
    log::error("{} - {}", label(), kSpacesInName);
    return close(CloseReason::protocol_violation, kSpacesInName);
  }
  hub_ = info;
  if (!dialled_->settings.ignore_discovered)
    common_.hooks().discovered(dialled_->remote, info.leafnode_urls);
  const bool wants_tls = info.tls_required || dialled_->settings.tls.has_value();
  if (!wants_tls || secured_) return introduce();
  secure({tls_, dialled_->tls_name});
  wait_.start(tls_->settings().timeout, [this] { give_up_tls(); });
}

void LeafSession::introduce() {
  const LeafRemoteSettings& remote = dialled_->settings;
  Account& account = common_.clients().accounts().add(own_account(*dialled_));
  contract::LeafConnect connect;
  connect.version = common_.identity().version;
  connect.server_id = common_.identity().server_id;
  connect.name = common_.identity().server_name;
  connect.is_hub = remote.hub;
  connect.cluster = common_.cluster();
  connect.headers = common_.clients().rules()->limits.headers && hub_->headers;
  connect.deny_publish = remote.deny_imports;
  connect.remote_account = account.name();
  connect.isolate = remote.request_isolation;
  connect.protocol = contract::kClientProtocol;
  connect.tls_required = secured_;
  if (!sign(connect)) return close(CloseReason::write_error);
  const contract::Url& url = dialled_->url;
  connect.user = url.has_user ? url.user : dialled_->user;
  connect.password = url.has_user ? url.password : dialled_->password;
  if (connect.password.empty()) connect.token = connect.user;
  say(connect_line(contract::to_json(connect).dump()));
  log::debug("{} - Remote leafnode connect msg sent", label());
  if (!hub_->info_on_connect) return on_answer({});
  wait_.start(kAnswerTimeout, [this] {
    close(CloseReason::stale_connection, "Stale Leaf Node Connection - Closing");
  });
}

// With a user's JWT or a key alone. False: the file is not as it should be.
bool LeafSession::sign(contract::LeafConnect& connect) const {
  const LeafRemoteSettings& remote = dialled_->settings;
  std::string seed = remote.seed;
  if (!remote.credentials.empty()) {
    log::debug("{} - Authenticating with credentials file \"{}\"", label(), remote.credentials);
    const auto text = base::read_file(remote.credentials);
    const auto creds =
        text ? contract::read_user_creds(*text) : base::Result<contract::UserCreds>(text.error());
    if (!creds) {
      log::error("{} - {}", label(), creds.error().what);
      return false;
    }
    connect.jwt = creds->jwt;
    seed = creds->seed;
  } else if (!seed.empty()) {
    const auto key = contract::public_nkey(seed);
    if (!key) {
      log::error("{} - Remote nkey has malformed seed", label());
      return false;
    }
    connect.nkey = *key;
  }
  if (seed.empty()) return true;
  const auto signature = contract::nkey_sign(seed, hub_->nonce);
  if (!signature) {
    log::error("{} - {}", label(), signature.error().what);
    return false;
  }
  connect.signature = base::to_base64url(*signature);
  return true;
}

// The hub has bound us: `info` says what we may.
void LeafSession::on_answer(const contract::ServerInfo& info) {
  wait_.stop();
  const LeafRemoteSettings& remote = dialled_->settings;
  Account& account = common_.clients().accounts().add(own_account(*dialled_));
  side_ = {.hub = !remote.hub, .cluster = hub_->cluster};
  if (!side_.cluster.empty() && common_.table().has_below(account, side_.cluster))
    return find_loop(true);
  peer_ = {.server = hub_->server_name.empty() ? hub_->server_id : hub_->server_name,
           .remote_account = info.remote_account,
           .dialled = true};
  destination()->headers = common_.clients().rules()->limits.headers && hub_->headers;
  bind(account,
       {.in = read_wire(info.import_permissions, remote.deny_imports),
        .out = read_wire(info.export_permissions, remote.deny_exports)});
}

// ---- who accepts

void LeafSession::on_connect(const Operation& operation) {
  if (dialled_ || account_ != nullptr) return;
  auto connect = contract::read_leaf_connect(operation.text);
  if (!connect) {
    log::error("{} - {}", label(), connect.error().what);
    return close(CloseReason::protocol_violation);
  }
  connect_ = *std::move(connect);
  wait_.stop();
  authenticate();
}

bool LeafSession::send_away(CloseReason reason, std::string_view err) {
  log::error("{} - {}", label(), err);
  close(reason, err);
  return false;
}

void LeafSession::accept(const Identity& identity) {
  // Only clients say in which language they are written.
  if (!connect_.lang.empty())
    return void(send_away(CloseReason::wrong_port, "attempted to connect to leaf node port"));
  if (has_spaces(connect_.cluster))
    return void(send_away(CloseReason::protocol_violation, kSpacesInName));
  const std::string cluster = common_.cluster();
  if (!cluster.empty() && cluster == connect_.cluster) {
    return void(
        send_away(CloseReason::cluster_names_identical, "remote leafnode has same cluster name"));
  }
  if (!connect_.gateway.empty()) {
    return void(send_away(
        CloseReason::wrong_gateway,
        "Rejecting connection from gateway \"" + connect_.gateway + "\" on the leafnode port"));
  }
  const std::string& least = settings_->min_version;
  if (!least.empty() && is_older(connect_.version, least)) {
    return void(
        send_away(CloseReason::minimum_version_required,
                  "connection rejected since minimum version required is \"" + least + "\""));
  }
  side_ = {.hub = connect_.is_hub, .cluster = connect_.cluster};
  isolated_ = isolated_ || connect_.isolate;
  peer_ = {.server = connect_.name, .remote_account = connect_.remote_account};
  destination()->headers = common_.clients().rules()->limits.headers && connect_.headers;
  permissions_ = identity.permissions;
  grant_ = identity.grant;
  state_.user = identity.user;
  state_.version = connect_.version;
  LeafRights::Rules rules;
  if (permissions_ != nullptr) {
    rules.in = permissions_->rules().publish;
    rules.out = permissions_->rules().subscribe;
    if (permissions_->allow_responses()) {
      rules.answers = true;
      destination()->reply_permits =
          std::make_shared<ReplyPermits>(*permissions_->allow_responses());
    }
  }
  rules.out.deny.insert(
      rules.out.deny.end(), connect_.deny_publish.begin(), connect_.deny_publish.end());
  rules.trust_in = true;
  bind(*identity.account, rules);
}

// ---- both

void LeafSession::bind(Account& account, const LeafRights::Rules& rules) {
  const std::int64_t most = account.shape()->rules.limits.max_leafnodes;
  if (const std::int64_t number = ++account.leafs(); most >= 0 && number > most) {
    --account.leafs();
    return void(send_away(CloseReason::max_account_connections_exceeded,
                          "maximum account active connections exceeded"));
  }
  parser().require_connect(false);
  account_ = &account;
  state_.account = account.name();
  state_.name = peer_.server;
  state_.connected = true;
  mappings_ = account.shape()->mappings;
  LeafRights::Rules whole = rules;
  whole.system = &account == &common_.clients().accounts().system();
  rights_ = std::make_shared<const LeafRights>(whole);
  destination()->leaf =
      std::make_shared<const LeafSide>(LeafSide{side_.hub, side_.cluster, rights_->allowed_out()});
  peer_.to = destination();
  peer_.account = &account;
  if (const auto old = common_.table().add(peer_)) {
    common_.close(*old,
                  CloseReason::duplicate_remote_leafnode_connection,
                  to_string(CloseReason::duplicate_remote_leafnode_connection));
    log::warn("{} - Replacing connection from same server", label());
  }
  tell_of_jetstream(whole.system);
  if (!dialled_) {
    contract::ServerInfo info = common_.info();
    info.client_id = state_.id;
    if (permissions_ != nullptr) {
      info.import_permissions = wire_form(permissions_->rules().subscribe);
      info.export_permissions = wire_form(permissions_->rules().publish);
    }
    info.remote_account = account.name();
    info.is_system_account = whole.system;
    info.connect_info = true;
    say(info_line(contract::to_json(info).dump()));
  }
  relay_ = std::make_shared<LeafRelay>(worker(),
                                       common_.exchange().interest(),
                                       LeafRelay::Listener{destination(), rights_, isolated_},
                                       [this](std::string_view lines) { write(lines); });
  std::vector<std::string> always = {common_.loop_subject(account)};
  // What mappings send elsewhere is wanted, whoever wants where it goes.
  for (const Mapping& mapping : account.shape()->rules.mappings)
    always.push_back(mapping.source);
  relay_->start(account, always);
  keepalive().start();
  common_.hooks().connected(snapshot());
}

// As nats-server without JetStream says it.
void LeafSession::tell_of_jetstream(bool system) {
  if (system) {
    log::info("{} - System account connected from {}{}",
              label(),
              peer_.server,
              side_.cluster.empty() ? std::string() : "/" + side_.cluster);
    log::info("{} - JetStream not extended, domains differ", label());
  } else {
    log::info("{} - JetStream using domains: local \"\", remote \"{}\"",
              label(),
              dialled_ ? hub_->domain : connect_.domain);
  }
}

}  // namespace broker
