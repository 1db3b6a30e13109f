#include "broker/gateway/inbound.h"

#include "base/log.h"
#include "broker/accounts/password.h"
#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"

namespace broker {

namespace log = base::log;

void InboundGateway::make(Worker& worker, SuperCluster& all, Socket socket) {
  auto session = std::unique_ptr<InboundGateway>(
      new InboundGateway(birth(worker, all, std::move(socket)), all));
  InboundGateway& gateway = *session;
  worker.adopt(std::move(session));
  log::info("{} - Processing inbound gateway connection", gateway.label());
  gateway.start(std::nullopt);
}

InboundGateway::InboundGateway(Birth birth, SuperCluster& all)
    : GatewaySession(std::move(birth), all, all.tls().own),
      teller_(std::make_shared<InterestTeller>(worker(),
                                               all.around().exchange.interest(),
                                               all.settings().name,
                                               [this](std::string_view lines) { say(lines); })) {}

void InboundGateway::greet() {
  say(info_line(to_json(all_.info()).dump()));
  parser().require_connect(true);
  patience_.start(all_.settings().auth_timeout,
                  [this] { close(CloseReason::authentication_timeout, "Authentication Timeout"); });
}

void InboundGateway::on_connect(const Operation& operation) {
  const auto connect = contract::read_route_connect(operation.text);
  if (!connect) return close(CloseReason::protocol_violation);
  const GatewaySettings& settings = all_.settings();
  const bool known = settings.user.empty() || (connect->user == settings.user &&
                                               password_matches(settings.password, connect->pass));
  if (!known) {
    log::error("{} - authentication error", label());
    return close(CloseReason::authentication_violation, "Authorization Violation");
  }
  if (connect->gateway.empty())
    return refuse(CloseReason::wrong_port, "attempted to connect to gateway port");
  if (settings.reject_unknown && !all_.known().find(connect->gateway)) {
    log::error("{} - Rejecting connection from gateway \"{}\"", label(), connect->gateway);
    return close(CloseReason::wrong_gateway,
                 "Connection to gateway \"" + settings.name + "\" rejected");
  }
  patience_.stop();
  parser().require_connect(false);
  keepalive().start();
}

void InboundGateway::on_info(const contract::ServerInfo& info) {
  if (registered_ || !enter(info)) return;
  cluster_ = info.gateway;
  registered_ = true;
  all_.table().add_inbound({cluster_, info, destination()});
  log::info("{} - Inbound gateway connection from \"{}\" ({}) registered",
            label(),
            cluster_,
            info.server_id);
  teller_->begin();
  all_.hear_of(info);
  for (const std::string& line : all_.gossip_for(cluster_))
    say(line);
  for (Account* account : all_.around().accounts.all())
    account_added(*account);
}

void InboundGateway::account_added(Account& account) {
  if (!registered_ || is_closed() || !teller_->tell_all(account)) return;
  refused_.erase(account.name());
  for (const char* end : {"", " complete"}) {
    log::debug("{} - Gateway \"{}\": switching account \"{}\" to {} mode{}",
               label(),
               cluster_,
               account.name(),
               to_string(InterestMode::interest_only),
               end);
  }
}

void InboundGateway::on_other(const Operation& operation) {
  switch (operation.verb) {
    case Verb::connect:
      return on_connect(operation);
    case Verb::rmsg:
    case Verb::hmsg:
      return on_message(operation);
    case Verb::rs_plus:
    case Verb::rs_minus:
      log::error("{} - Received {} from gateway on inbound connection",
                 label(),
                 operation.verb == Verb::rs_plus ? "RS+" : "RS-");
      return close(CloseReason::protocol_violation);
    default:
      return;
  }
}

void InboundGateway::on_message(const Operation& operation) {
  ++state_.traffic.in_messages;
  state_.traffic.in_bytes += operation.body.size();
  Traffic& total = worker().counters().total;
  ++total.in_messages;
  total.in_bytes += operation.body.size();
  Account* account = all_.around().accounts.find(operation.account);
  if (account == nullptr) {
    log::debug("{} - Unknown account \"{}\" for gateway message on subject: \"{}\"",
               label(),
               operation.account,
               operation.subject);
    if (refused_.emplace(operation.account).second) say(a_minus_line(operation.account));
    return;
  }
  const Outgoing message{
      operation.subject, operation.reply, operation.body, operation.header_bytes};
  all_.around().exchange.publish_arrived(
      worker(), *account, message, {.by = *destination(), .queues = operation.queues});
}

void InboundGateway::on_end() {
  teller_->stop();
}

std::optional<GatewayState> InboundGateway::gateway_state() const {
  if (!registered_) return std::nullopt;
  GatewayState state{.session = snapshot(), .cluster = cluster_, .accounts = teller_->accounts()};
  for (const std::string& name : refused_)
    state.accounts.push_back({.name = name});
  return state;
}

}  // namespace broker
