#include "broker/cluster/route_session.h"

#include "base/log.h"
#include "broker/accounts/password.h"
#include "broker/cluster/gossip.h"
#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"
#include "broker/subjects/subject.h"

namespace broker {

namespace log = base::log;

namespace {

// Servers do not limit one another's messages; this is where lengths stop making sense.
constexpr std::size_t kMostPayloadBytes = 1024 * 1024 * 1024;

constexpr std::string_view kNoDedicatedRoute =
    "Not possible to have a dedicated route for account ";

SessionLimits limits_of(const Mesh& mesh, const ClusterSettings& settings) {
  SessionLimits limits;
  // A list of queue groups may be long. Source: nats-server 2.10 server/const.go
  limits.parser.max_control_line = 16 * mesh.identity().max_control_line;
  limits.parser.max_payload = kMostPayloadBytes;
  limits.max_pending = mesh.identity().max_pending;
  limits.write_deadline = settings.write_deadline;
  limits.keepalive = {contract::kFirstRoutePing, settings.ping_interval, settings.ping_max};
  limits.keepalive.first_ping = std::min(limits.keepalive.first_ping, settings.ping_interval);
  return limits;
}

}  // namespace

RouteSession& RouteSession::make(Worker& worker,
                                 Mesh& mesh,
                                 Socket socket,
                                 std::optional<Dialled> dialled) {
  const auto settings = mesh.settings();
  Birth birth{.worker = worker,
              .link = std::move(socket),
              .id = ++mesh.around().ids,
              .kind = Destination::Kind::route,
              .limits = limits_of(mesh, *settings)};
  auto session =
      std::unique_ptr<RouteSession>(new RouteSession(std::move(birth), mesh, std::move(dialled)));
  RouteSession& route = *session;
  worker.adopt(std::move(session));
  route.start();
  return route;
}

RouteSession::RouteSession(Birth birth, Mesh& mesh, std::optional<Dialled> dialled)
    : Session(std::move(birth)),
      mesh_(mesh),
      settings_(mesh.settings()),
      dialled_(std::move(dialled)),
      relay_(std::make_shared<InterestRelay>(worker(),
                                             mesh.around().exchange.interest(),
                                             RoutePermission(settings_->import_permissions),
                                             [this](std::string_view lines) { write(lines); })),
      remote_(mesh.around().exchange, destination()),
      export_(settings_->export_permissions),
      auth_timer_(worker().loop()),
      tls_(mesh.tls()),
      tls_timer_(worker().loop()),
      began_(worker().loop().now()) {}

RouteSession::~RouteSession() = default;

void RouteSession::start() {
  log::info("{} - Route connection created", label());
  authorized_ = dialled_.has_value() || settings_->user.empty();
  if (tls_ == nullptr) {
    greet();
  } else {
    secure({tls_, dialled_ ? std::optional(dialled_->url.host) : std::nullopt});
    tls_timer_.start(tls_->settings().timeout, [this] { give_up_tls(); });
  }
  begin();
}

// Routes speak TLS from the first byte: INFO too is said in secret, unlike to clients. Seen on 2.10
// and 2.15. Source: nats-server server/route.go (createRoute)
void RouteSession::on_tls() {
  tls_timer_.stop();
  greet();
}

void RouteSession::greet() {
  if (!dialled_) say(info_line(to_json(mesh_.info()).dump()));
  if (!authorized_) {
    parser().require_connect(true);
    auth_timer_.start(settings_->auth_timeout, [this] {
      close(CloseReason::authentication_timeout, "Authentication Timeout");
    });
  }
  keepalive().start();
}

void RouteSession::say(std::string_view line) {
  if (traced()) trace_out(line.substr(0, line.find('\r')));
  write(line);
}

// Interest goes before the messages that will be answered to it.
Chunk& RouteSession::outgoing(std::size_t bytes) {
  relay_->flush();
  return Session::outgoing(bytes);
}

void RouteSession::deliver(Chunk chunk) {
  relay_->flush();
  Session::deliver(std::move(chunk));
}

void RouteSession::on_operation(const Operation& operation) {
  switch (operation.verb) {
    case Verb::rmsg:
    case Verb::hmsg:
    case Verb::lmsg:
      return on_message(operation);
    case Verb::rs_plus:
    case Verb::rs_minus:
    case Verb::ls_plus:
    case Verb::ls_minus:
      return on_interest(operation);
    case Verb::ping:
      return write(kPong);
    case Verb::pong:
      return keepalive().on_pong();
    case Verb::info:
      return on_info(operation);
    case Verb::connect:
      return on_connect(operation);
    case Verb::err:
      return on_err(operation.text);
    default:
      return;  // +OK; the rest is not in the dialect of routes
  }
}

void RouteSession::on_err(std::string_view text) {
  // Every newer peer that dials us tries this second connection and gives it up: nothing to act on.
  if (text.starts_with(kNoDedicatedRoute)) {
    log::debug("{} - {}", label(), text);
    return close(CloseReason::duplicate_route);
  }
  log::error("{} - Route Error '{}'", label(), text);
  close(CloseReason::parse_error);
}

void RouteSession::on_parse_error(ParseError error) {
  switch (error) {
    case ParseError::connect_expected:
      return close(CloseReason::authentication_violation, "Authorization Violation");
    case ParseError::control_line:
      return close(CloseReason::max_control_line_exceeded, "maximum control line exceeded");
    case ParseError::payload:
      return close(CloseReason::max_payload_exceeded, "Maximum Payload Violation");
    case ParseError::unknown_operation:
      return close(CloseReason::protocol_violation, "Unknown Protocol Operation");
    default:
      log::error("{} - a line with the wrong words", label());
      return close(CloseReason::protocol_violation);
  }
}

// ---- the handshake

void RouteSession::on_connect(const Operation& operation) {
  auto connect = contract::read_route_connect(operation.text);
  if (!connect) return close(CloseReason::protocol_violation);
  // Only clients say in which language they are written.
  if (!connect->lang.empty()) {
    log::error("{} - attempted to connect to route port", label());
    return close(CloseReason::wrong_port, "attempted to connect to route port");
  }
  if (!connect->gateway.empty()) {
    return close(
        CloseReason::wrong_gateway,
        "Rejecting connection from gateway \"" + connect->gateway + "\" on the Route port");
  }
  if (!settings_->user.empty() && !dialled_ &&
      (connect->user != settings_->user || !password_matches(settings_->password, connect->pass))) {
    log::error("{} - authentication error", label());
    return close(CloseReason::authentication_violation, "Authorization Violation");
  }
  const std::string err = "Rejecting connection, cluster name \"" + connect->cluster +
                          "\" does not match \"" + mesh_.name() + "\"";
  if (!agrees_on_name(connect->cluster, connect->cluster_dynamic, err)) return;
  authorized_ = true;
  auth_timer_.stop();
  parser().require_connect(false);
}

void RouteSession::on_info(const Operation& operation) {
  auto info = contract::read_server_info(operation.text);
  if (!info) {
    log::error("{} - {}", label(), info.error().what);
    return close(CloseReason::protocol_violation);
  }
  if (!registered_) return on_first_info(*info);
  if (!info->gateway.empty()) return on_gateway_info(*info);
  const auto peer = mesh_.table().find(*destination());
  if (peer && peer->info.server_id == info->server_id) return on_own_info(*info);
  hear_of(mesh_, *info);
}

void RouteSession::on_first_info(const contract::ServerInfo& info) {
  if (info.server_id == mesh_.identity().server_id) {
    if (dialled_) log::debug("Detected route to self, ignoring \"{}\"", dialled_->url.redacted());
    return end(RouteEnd::Cause::self, CloseReason::duplicate_route);
  }
  if (info.server_name == mesh_.identity().server_name) {
    log::error("{} - Remote server has a duplicate name: \"{}\"", label(), info.server_name);
    return close(CloseReason::duplicate_server_name);
  }
  // A newer peer opens a second connection for its system account. We carry every account on one.
  if (!info.route_account.empty()) {
    return close(
        CloseReason::duplicate_route,
        std::string(kNoDedicatedRoute) + "\"" + info.route_account + "\" between those servers");
  }
  // In a CONNECT the name may be missing; here it decides.
  if (!agrees_on_name(info.cluster, info.cluster_dynamic, {})) return;
  if (enter(info)) {
    relay_->start(RoutePermission(info.export_permissions),
                  info.lnocu ? InterestBook::Origins::apart : InterestBook::Origins::together);
    log::debug("{} - Sent local subscriptions to route", label());
    if (const auto peer = mesh_.table().find(*destination())) {
      introduce(mesh_, *peer);
      if (mesh_.gateways().joined) mesh_.gateways().joined(*peer);
    }
    mesh_.tell_changed();
  }
}

// A peer tells of another cluster.
void RouteSession::on_gateway_info(const contract::ServerInfo& info) {
  if (mesh_.gateways().heard) return mesh_.gateways().heard(info);
  log::error("Received information about gateway \"{}\" from {}, but gateway is not configured",
             info.gateway,
             state_.name);
}

bool RouteSession::agrees_on_name(std::string_view name, bool dynamic, std::string_view err) {
  if (mesh_.agree_on_name(name, dynamic, *destination()) != ClusterName::Verdict::conflict)
    return true;
  log::debug("{} - cluster name from remote server conflicts: \"{}\"", label(), name);
  // Whom we dialled must hear of ours, since it may be the one to give up its own: the next try
  // will then find it changed.
  if (dialled_) say(connect_line(to_json(mesh_.connect()).dump()));
  // A name that we only made up is no reason to complain: the peer comes back and takes it, or we
  // its.
  close(CloseReason::cluster_name_conflict, mesh_.has_dynamic_name() ? std::string_view{} : err);
  return false;
}

// Registers the peer, or closes because it is here already. A server that we dialled hears of us
// only now: a duplicate need not.
bool RouteSession::enter(const contract::ServerInfo& info) {
  Peer peer{.info = info,
            .to = destination(),
            .ip = connection().remote().ip,
            .did_solicit = dialled_.has_value()};
  if (dialled_ && dialled_->configured) peer.configured.push_back(dialled_->url);
  if (mesh_.table().add(peer) == RouteTable::Outcome::already_connected) {
    log::debug("{} - Detected duplicate remote route \"{}\"", label(), info.server_id);
    if (dialled_ && dialled_->configured) {
      log::debug("Not attempting reconnect for solicited route, already connected to \"{}\"",
                 info.server_id);
    }
    end(RouteEnd::Cause::duplicate, CloseReason::duplicate_route);
    return false;
  }
  registered_ = true;
  state_.connected = true;
  state_.name = info.server_name;
  state_.version = info.version;
  destination()->headers = info.headers && mesh_.identity().headers;
  destination()->origins = info.lnoc;
  origins_named_ = info.lnocu;
  remote_.set_origins_named(origins_named_);
  log::debug("{} - Registering remote route \"{}\"", label(), info.server_id);
  if (dialled_) {
    say(connect_line(to_json(mesh_.connect()).dump()));
    say(info_line(to_json(mesh_.info()).dump()));
  }
  return true;
}

// A peer speaks of itself again: it is about to leave, or what may cross has changed.
void RouteSession::on_own_info(const contract::ServerInfo& info) {
  if (info.lame_duck && mesh_.table().mark_lame_duck(*destination())) mesh_.tell_changed();
  relay_->set_peer_export(RoutePermission(info.export_permissions));
}

// ---- interest and messages

void RouteSession::on_interest(Operation operation) {
  if (origins_named_ && operation.verb == Verb::ls_minus) name_origin(operation);
  Account* account = mesh_.around().accounts.find(operation.account);
  if (account == nullptr) {
    log::debug("{} - Unknown account \"{}\" for remote subject \"{}\"",
               label(),
               operation.account,
               operation.subject);
    return;
  }
  if (operation.verb == Verb::rs_minus || operation.verb == Verb::ls_minus) {
    remote_.remove(*account, {operation.subject, operation.queue, operation.origin});
  } else if (!export_.allows(operation.subject)) {
    log::debug("{} - Can not export \"{}\", ignoring remote subscription request",
               label(),
               operation.subject);
  } else if (is_valid_subject(operation.subject)) {
    remote_.add(*account,
                {operation.subject, operation.queue, operation.origin},
                static_cast<std::int32_t>(operation.number));
  }
  state_.subscriptions = remote_.size();
}

void RouteSession::on_message(const Operation& operation) {
  ++state_.traffic.in_messages;
  state_.traffic.in_bytes += operation.body.size();
  Traffic& total = worker().counters().total;
  ++total.in_messages;
  total.in_bytes += operation.body.size();
  Account* account = mesh_.around().accounts.find(operation.account);
  if (account == nullptr) return;
  const Outgoing message{
      operation.subject, operation.reply, operation.body, operation.header_bytes};
  mesh_.around().exchange.publish_arrived(
      worker(), *account, message, {*destination(), operation.queues, operation.origin});
}

// ---- the end

void RouteSession::end(RouteEnd::Cause cause, CloseReason reason) {
  cause_ = cause;
  close(reason);
}

void RouteSession::on_close(CloseReason reason) {
  auth_timer_.stop();
  tls_timer_.stop();
  relay_->stop();
  remote_.clear();
  state_.subscriptions = 0;
  log::info("{} - Router connection closed: {}", label(), to_string(reason));
  RouteEnd ended{.cause = cause_,
                 .dialled = dialled_,
                 .peer = mesh_.table().remove(*destination()),
                 .lived = worker().loop().now() - began_};
  if (ended.peer) {
    if (mesh_.gateways().left) mesh_.gateways().left(*ended.peer);
    mesh_.tell_changed();
  }
  mesh_.tell_ended(ended);
}

std::optional<RouteState> RouteSession::route_state(bool with_subscriptions) const {
  const auto peer = mesh_.table().find(*destination());
  if (!peer) return std::nullopt;
  RouteState state{.session = snapshot(),
                   .remote_id = peer->info.server_id,
                   .remote_name = peer->info.server_name,
                   .did_solicit = peer->did_solicit,
                   .is_configured = !peer->configured.empty(),
                   .import_permissions = peer->info.import_permissions,
                   .export_permissions = peer->info.export_permissions};
  if (with_subscriptions) {
    for (const auto& [account, subscription] : remote_.all()) {
      state.session.subscription_list.push_back(
          {.subject = subscription->subject, .queue = subscription->queue});
    }
  }
  return state;
}

void for_each_route(Worker& worker, const std::function<void(RouteSession&)>& use) {
  for (const auto& [endpoint, owner] : worker.endpoints()) {
    if (endpoint->destination()->kind == Destination::Kind::route)
      use(static_cast<RouteSession&>(*endpoint));
  }
}

}  // namespace broker
