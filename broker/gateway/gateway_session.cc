#include "broker/gateway/gateway_session.h"

#include "base/log.h"
#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"

namespace broker {

namespace log = base::log;

namespace {

// Servers do not limit one another's messages; this is where lengths stop making sense.
constexpr std::size_t kMostPayloadBytes = 1024 * 1024 * 1024;

SessionLimits limits_of(const SuperCluster& all) {
  const GatewaySettings& settings = all.settings();
  SessionLimits limits;
  // A list of queue groups may be long. Source: nats-server 2.10 server/const.go
  limits.parser.max_control_line = 16 * all.identity().max_control_line;
  limits.parser.max_payload = kMostPayloadBytes;
  limits.max_pending = all.identity().max_pending;
  if (settings.write_deadline) limits.write_deadline = *settings.write_deadline;
  limits.keepalive = {contract::kFirstRoutePing, settings.ping_interval, settings.ping_max};
  limits.keepalive.first_ping = std::min(limits.keepalive.first_ping, settings.ping_interval);
  return limits;
}

}  // namespace

Session::Birth GatewaySession::birth(Worker& worker, SuperCluster& all, Socket socket) {
  return {.worker = worker,
          .link = std::move(socket),
          .id = ++all.around().ids,
          .kind = Destination::Kind::gateway,
          .limits = limits_of(all)};
}

GatewaySession::GatewaySession(Birth birth,
                               SuperCluster& all,
                               std::shared_ptr<const TlsContext> tls)
    : Session(std::move(birth)),
      all_(all),
      patience_(worker().loop()),
      tls_(std::move(tls)),
      tls_timer_(worker().loop()) {}

void GatewaySession::start(const std::optional<std::string>& host) {
  if (tls_ == nullptr) {
    greet();
  } else {
    secure({tls_, host});
    tls_timer_.start(tls_->settings().timeout, [this] { give_up_tls(); });
  }
  begin();
}

void GatewaySession::on_tls() {
  tls_timer_.stop();
  greet();
}

void GatewaySession::say(std::string_view line) {
  if (traced()) trace_out(line.substr(0, line.find('\r')));
  write(line);
}

void GatewaySession::refuse(CloseReason reason, const std::string& err) {
  log::error("{} - {}", label(), err);
  close(reason, err);
}

bool GatewaySession::enter(const contract::ServerInfo& info) {
  if (all_.is_name_taken(info.server_name)) {
    log::error("{} - Remote server has a duplicate name: \"{}\"", label(), info.server_name);
    close(CloseReason::duplicate_server_name);
    return false;
  }
  state_.connected = true;
  state_.name = info.server_id;
  state_.version = info.version;
  destination()->headers = info.headers && all_.identity().headers;
  return true;
}

void GatewaySession::on_operation(const Operation& operation) {
  switch (operation.verb) {
    case Verb::ping:
      return write(kPong);
    case Verb::pong:
      keepalive().on_pong();
      destination()->rtt = keepalive().rtt().count();
      return;
    case Verb::info: {
      const auto info = contract::read_server_info(operation.text);
      if (info) return on_info(*info);
      log::error("{} - {}", label(), info.error().what);
      return close(CloseReason::protocol_violation);
    }
    case Verb::err:
      log::error("{} - Gateway Error '{}'", label(), operation.text);
      return close(CloseReason::parse_error);
    default:
      return on_other(operation);
  }
}

void GatewaySession::on_parse_error(ParseError error) {
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

void GatewaySession::on_close(CloseReason reason) {
  patience_.stop();
  tls_timer_.stop();
  log::info("{} - Gateway connection closed: {}", label(), to_string(reason));
  all_.table().remove(*destination());
  on_end();
  state_.subscriptions = 0;
}

void for_each_gateway(Worker& worker, const std::function<void(GatewaySession&)>& use) {
  for (const auto& [endpoint, owner] : worker.endpoints()) {
    if (endpoint->destination()->kind == Destination::Kind::gateway)
      use(static_cast<GatewaySession&>(*endpoint));
  }
}

}  // namespace broker
