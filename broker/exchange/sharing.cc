#include "broker/exchange/sharing.h"

#include "broker/accounts/sharing_check.h"

#include <algorithm>

namespace broker {

namespace {

std::shared_ptr<const SubjectMappings> make_mappings(const AccountRules& rules) {
  auto mappings = std::make_shared<SubjectMappings>();
  for (const Mapping& mapping : rules.mappings) {
    // A mistake was told when the rules were read; the others still hold.
    if (const auto added = mappings->add(mapping); !added) continue;
  }
  return mappings->empty() ? nullptr : mappings;
}

void take_rules(Account& account, const AccountRules& rules) {
  const auto before = account.shape();
  if (before->rules == rules) return;
  auto shape = std::make_shared<AccountShape>(*before);
  if (before->rules.mappings != rules.mappings) shape->mappings = make_mappings(rules);
  shape->rules = rules;
  account.set_shape(std::move(shape));
}

// Not what an exporter does not give, or does not give any more.
std::vector<AccountShape::Stream> streams_of(AccountTable& accounts, const Account& account) {
  std::vector<AccountShape::Stream> streams;
  const auto shape = account.shape();
  for (const StreamImport& import : shape->rules.stream_imports) {
    Account* from = accounts.find(import.account);
    auto planned = plan_import(import, account.name());
    if (from == nullptr || !planned) continue;
    if (!may_import(from->shape()->rules, account.name(), import)) continue;
    streams.push_back({from, std::make_shared<const ImportedStream>(*std::move(planned))});
  }
  return streams;
}

void renew_streams(AccountTable& accounts, Account& account) {
  auto streams = streams_of(accounts, account);
  const auto before = account.shape();
  const bool same = std::equal(
      streams.begin(),
      streams.end(),
      before->streams.begin(),
      before->streams.end(),
      [](const auto& a, const auto& b) { return a.from == b.from && *a.stream == *b.stream; });
  if (same) return;
  auto shape = std::make_shared<AccountShape>(*before);
  shape->streams = std::move(streams);
  account.set_shape(std::move(shape));
}

Disclosure disclosure_of(const ServiceImport& import, const Account& to, AccountTable& accounts) {
  if (import.share) return Disclosure::everything;
  return &to == &accounts.system() ? Disclosure::account_and_server : Disclosure::account;
}

SubscriptionPtr service_subscription(AccountTable& accounts,
                                     Account& account,
                                     const ServiceImport& import) {
  Account* to = accounts.find(import.account);
  auto planned = plan_import(import);
  if (to == nullptr || !planned) return nullptr;
  const auto exporter = to->shape();
  if (!may_import(exporter->rules, account.name(), import)) return nullptr;
  const ServiceExport* service = find_export(exporter->rules.service_exports, import.subject);
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = planned->here;
  subscription->kind = Subscription::Kind::service;
  subscription->crossing =
      std::make_shared<const Crossing>(Crossing{.from = &account,
                                                .to = to,
                                                .subject = std::move(planned->there),
                                                .disclosure = disclosure_of(import, *to, accounts),
                                                .response = service->response,
                                                .threshold = service->threshold,
                                                .outward = std::move(planned->outward),
                                                .service = service->subject,
                                                .latency = service->latency});
  return subscription;
}

// What goes, goes before what comes is there: no request may be served twice.
void renew_service_imports(Exchange& exchange, AccountTable& accounts, Account& account) {
  auto& current = account.service_imports();
  std::vector<SubscriptionPtr> wanted;
  std::vector<SubscriptionPtr> added;
  for (const ServiceImport& import : account.shape()->rules.service_imports) {
    auto subscription = service_subscription(accounts, account, import);
    if (subscription == nullptr) continue;
    const auto same = std::find_if(current.begin(), current.end(), [&](const auto& each) {
      return each->subject == subscription->subject && *each->crossing == *subscription->crossing;
    });
    if (same != current.end()) {
      wanted.push_back(*same);
      current.erase(same);
      continue;
    }
    subscription->sid = std::to_string(wanted.size() + 1);
    added.push_back(subscription);
    wanted.push_back(std::move(subscription));
  }
  for (const SubscriptionPtr& gone : current)
    exchange.unsubscribe(account, *gone);
  for (const SubscriptionPtr& subscription : added)
    exchange.subscribe(account, subscription);
  current = std::move(wanted);
}

}  // namespace

void apply_rules(Exchange& exchange,
                 AccountTable& accounts,
                 const std::vector<AccountRules>& rules) {
  for (const AccountRules& each : rules)
    take_rules(accounts.add(each.name), each);
  for (Account* account : accounts.all()) {
    renew_streams(accounts, *account);
    renew_service_imports(exchange, accounts, *account);
  }
}

std::vector<Shadow> shadows_of(const Account& account, const Subscription& subscription) {
  std::vector<Shadow> shadows;
  const auto shape = account.shape();
  for (const auto& [from, stream] : shape->streams) {
    const auto subject = wanted_there(*stream, subscription.subject);
    if (!subject) continue;
    auto shadow = std::make_shared<Subscription>();
    shadow->subject = *subject;
    shadow->queue = subscription.queue;
    shadow->sid = subscription.sid;
    shadow->to = subscription.to;
    shadow->except = subscription.except;
    shadow->imported = stream;
    shadows.push_back({from, std::move(shadow)});
  }
  return shadows;
}

void renew_shadows(Exchange& exchange, std::vector<Shadow>& shadows, std::vector<Shadow> wanted) {
  std::vector<Shadow> added;
  for (Shadow& each : wanted) {
    const auto same = std::find_if(shadows.begin(), shadows.end(), [&](const Shadow& old) {
      return old.account == each.account &&
             old.subscription->subject == each.subscription->subject &&
             old.subscription->except == each.subscription->except &&
             *old.subscription->imported == *each.subscription->imported;
    });
    if (same != shadows.end()) {
      each = *same;
      shadows.erase(same);
    } else {
      added.push_back(each);
    }
  }
  for (const Shadow& gone : shadows)
    exchange.unsubscribe(*gone.account, *gone.subscription);
  for (const Shadow& shadow : added)
    exchange.subscribe(*shadow.account, shadow.subscription);
  shadows = std::move(wanted);
}

}  // namespace broker
