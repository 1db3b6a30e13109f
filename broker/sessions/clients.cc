#include "broker/sessions/clients.h"

namespace broker {

Clients::Clients(Exchange& exchange, AccountTable& accounts, std::atomic<std::uint64_t>& ids)
    : exchange_(exchange), accounts_(accounts), ids_(ids) {
  auto rules = std::make_shared<ClientRules>();
  rules->authenticator = std::make_shared<const Authenticator>(AuthRules{}, accounts);
  rules_ = std::move(rules);
}

std::shared_ptr<const ClientRules> Clients::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

void Clients::set_rules(std::shared_ptr<const ClientRules> rules) {
  const std::lock_guard lock(mutex_);
  rules_ = std::move(rules);
}

}  // namespace broker
