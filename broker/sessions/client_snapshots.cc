// What others are shown of a client.
#include "broker/sessions/client_info.h"
#include "broker/sessions/client_session.h"

namespace broker {

std::string ClientSession::request_info(Disclosure disclosure) const {
  const contract::ServerInfo& info = rules_->info;
  return client_info(snapshot(), disclosure, {info.server_name, info.cluster}).dump();
}

SessionState ClientSession::snapshot() const {
  SessionState state = Session::snapshot();
  state.subscriptions = subscriptions_.size();
  state.protocol = connect_.protocol;
  state.verbose = connect_.verbose;
  state.pedantic = connect_.pedantic;
  state.echo = connect_.echo;
  state.headers = takes_headers();
  state.no_responders = connect_.no_responders;
  return state;
}

SessionState ClientSession::snapshot_with_subscriptions() const {
  SessionState state = snapshot();
  for (const auto& [sid, subscription] : subscriptions_) {
    state.subscription_list.push_back({subscription->subject,
                                       subscription->queue,
                                       subscription->sid,
                                       subscription->delivered.load(),
                                       subscription->max.load()});
  }
  return state;
}

void for_each_client(Worker& worker, const std::function<void(ClientSession&)>& use) {
  std::vector<ClientSession*> sessions;
  for (const auto& [endpoint, owned] : worker.endpoints()) {
    if (endpoint->destination()->kind != Destination::Kind::client) continue;
    auto& session = static_cast<ClientSession&>(*endpoint);
    if (!session.is_closed()) sessions.push_back(&session);
  }
  for (ClientSession* session : sessions)
    use(*session);
}

}  // namespace broker
