#include "broker/cluster/route_session.h"

#include "base/log.h"
#include "broker/cluster/gossip.h"
#include "broker/cluster/route_login.h"
#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"
#include "broker/subjects/subject.h"

namespace broker {

namespace log = base::log;

namespace {

// Servers do not limit one another's messages; this is where lengths stop making sense.
constexpr std::size_t kMostPayloadBytes = 1024 * 1024 * 1024;

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
      patience_(worker().loop()),
      began_(worker().loop().now()) {}

RouteSession::~RouteSession() = default;

void RouteSession::start() {
  log::info("{} - Route connection created", label());
  authorized_ = dialled_.has_value() || !asks_who_joins(*settings_);
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
  if (!dialled_) say_info();
  if (!authorized_) {
    parser().require_connect(true);
    auth_timer_.start(settings_->auth_timeout, [this] {
      close(CloseReason::authentication_timeout, "Authentication Timeout");
    });
  }
  if (!is_wanted(settings_->compression.mode)) return keepalive().start();
  // A PING between two INFOs would be clear text where the other already reads what is compressed.
  patience_.start(settings_->ping_interval * (settings_->ping_max + 1),
                  [this] { close(CloseReason::stale_connection, "Stale Connection"); });
}

void RouteSession::say_connect() {
  if (!std::exchange(connect_said_, true)) say(connect_line(to_json(mesh_.connect()).dump()));
}

void RouteSession::say_info() {
  contract::ServerInfo info = mesh_.info();
  const std::string& mode = settings_->compression.mode;
  const bool by_configuration = compression_.empty() || mode == kS2Auto;
  info.compression = by_configuration ? mode : compression_;
  if (info.compression == kNotSupported) info.compression.clear();
  say(info_line(to_json(info).dump()));
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
  patience_.stop();
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
                   .compression = compression_,
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
