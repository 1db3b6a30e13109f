#include "broker/sessions/clients.h"

namespace broker {

Clients::Clients(Exchange& exchange, AccountTable& accounts, std::atomic<std::uint64_t>& ids)
    : exchange_(exchange), accounts_(accounts), ids_(ids) {
  auto rules = std::make_shared<ClientRules>();
  rules->authenticator = std::make_shared<const Authenticator>(AuthRules{}, accounts);
  rules_ = std::move(rules);
}

std::shared_ptr<const ClientRules> Clients::rules(ConnectionType door) const {
  const std::lock_guard lock(mutex_);
  return door == ConnectionType::websocket ? websocket_rules_ : rules_;
}

void Clients::set_rules(std::shared_ptr<const ClientRules> rules, ConnectionType door) {
  const std::lock_guard lock(mutex_);
  (door == ConnectionType::websocket ? websocket_rules_ : rules_) = std::move(rules);
}

}  // namespace broker
