#include "broker/gateway/outbound.h"

#include "base/log.h"
#include "broker/gateway/commands.h"
#include "broker/protocol/lines.h"
#include "broker/protocol/writer.h"

namespace broker {

namespace log = base::log;

void OutboundGateway::make(Worker& worker,
                           SuperCluster& all,
                           Socket socket,
                           const std::string& cluster,
                           const contract::Url& url) {
  auto session = std::unique_ptr<OutboundGateway>(
      new OutboundGateway(birth(worker, all, std::move(socket)), all, cluster, url));
  OutboundGateway& gateway = *session;
  worker.adopt(std::move(session));
  log::info("{} - Creating outbound gateway connection to \"{}\"", gateway.label(), cluster);
  gateway.start(url.host);
}

OutboundGateway::OutboundGateway(Birth birth,
                                 SuperCluster& all,
                                 const std::string& cluster,
                                 contract::Url url)
    : GatewaySession(std::move(birth), all, all.tls().to(cluster)),
      url_(std::move(url)),
      interest_(all.interest(), all.around().accounts, destination()) {
  cluster_ = cluster;
}

// Whoever answers at that address may be no server at all.
void OutboundGateway::greet() {
  const GatewaySettings& settings = all_.settings();
  patience_.start(settings.ping_interval * (settings.ping_max + 1),
                  [this] { close(CloseReason::stale_connection, "Stale Connection"); });
}

void OutboundGateway::on_info(const contract::ServerInfo& info) {
  if (!is_expected(info)) return;
  if (all_.is_name_taken(info.server_name) && info.gateway_cmd == 0) {
    enter(info);
    return;
  }
  if (!info.gateway_urls.empty()) all_.known().update(cluster_, info.gateway_urls);
  if (!introduced_) {
    introduced_ = true;
    if (!introduce(info)) return;
  } else if (info.gateway_cmd != 0) {
    return on_command(info);
  }
  all_.hooks().tell_routes(all_.gossip_of(info.gateway, info.gateway_urls));
}

// False, and it has been seen to, when the INFO is not of the cluster that we dialled.
bool OutboundGateway::is_expected(const contract::ServerInfo& info) {
  if (info.gateway.empty()) {
    refuse(CloseReason::wrong_port,
           "Attempt to connect to gateway \"" + cluster_ + "\" using wrong port");
    return false;
  }
  if (info.gateway == cluster_) return true;
  if (introduced_ && info.gateway_cmd == kGossip) {
    all_.hear_of(info);
    return false;
  }
  log::error("{} - Failing connection to gateway \"{}\", remote gateway name is \"{}\"",
             label(),
             cluster_,
             info.gateway);
  close(CloseReason::wrong_gateway,
        "Connection from \"" + all_.settings().name + "\" rejected, wanted to connect to \"" +
            cluster_ + "\", this is \"" + info.gateway + "\"");
  return false;
}

bool OutboundGateway::introduce(const contract::ServerInfo& info) {
  patience_.stop();
  if (!enter(info)) return false;
  say(connect_line(to_json(all_.connect(url_)).dump()));
  log::debug("{} - Gateway connect protocol sent to \"{}\"", label(), cluster_);
  say(info_line(to_json(all_.info()).dump()));
  if (!all_.table().add_outbound({cluster_, info, destination()})) {
    redundant_ = true;
    close(CloseReason::wrong_gateway);
    return false;
  }
  registered_ = true;
  all_.around().exchange.far().add_cluster(cluster_, destination());
  interest_.begin(!info.gateway_iom);
  log::info("{} - Outbound gateway connection to \"{}\" ({}) registered",
            label(),
            cluster_,
            info.server_id);
  keepalive().start();
  return true;
}

void OutboundGateway::on_command(const contract::ServerInfo& info) {
  const bool begins = info.gateway_cmd == kAllSubscriptionsFollow;
  if (!begins && info.gateway_cmd != kThoseWereAll) {
    log::warn("Received unknown command {} from gateway \"{}\"", info.gateway_cmd, cluster_);
    return;
  }
  const std::string& account = info.gateway_cmd_payload;
  if (account.empty()) {
    return refuse(CloseReason::protocol_violation,
                  std::string("Account absent from receive-all-subscriptions-") +
                      (begins ? "start" : "complete") + " command");
  }
  if (begins) {
    interest_.begin_telling(account);
  } else {
    interest_.end_telling(account);
  }
  log::debug("{} - Gateway \"{}\": switching account \"{}\" to {} mode{}",
             label(),
             cluster_,
             account,
             to_string(InterestMode::interest_only),
             begins ? "" : " complete");
}

void OutboundGateway::on_other(const Operation& operation) {
  const std::string account(operation.account);
  const std::string subject(operation.subject);
  const std::string queue(operation.queue);
  switch (operation.verb) {
    case Verb::rs_plus:
      interest_.add(account, subject, queue);
      break;
    case Verb::rs_minus:
      interest_.remove(account, subject, queue);
      break;
    case Verb::a_plus:
      return interest_.accept_account(account);
    case Verb::a_minus:
      return interest_.refuse_account(account);
    default:
      return;
  }
  state_.subscriptions = interest_.size();
}

void OutboundGateway::account_added(Account& account) {
  if (registered_ && !is_closed()) interest_.account_added(account);
}

void OutboundGateway::on_end() {
  all_.around().exchange.far().remove(*destination());
  interest_.clear();
  if (!redundant_) all_.hooks().lost(cluster_);
}

std::optional<GatewayState> OutboundGateway::gateway_state() const {
  if (!registered_) return std::nullopt;
  return GatewayState{.session = snapshot(),
                      .cluster = cluster_,
                      .outbound = true,
                      .accounts = interest_.accounts()};
}

}  // namespace broker
