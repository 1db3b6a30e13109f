#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/exchange.h"

#include <vector>

// Makes accounts share and map as their rules say (accounts/account_rules.h).
namespace broker {

// From now on these accounts have these rules; others keep theirs. What stays as it was is not
// interrupted. An import that its exporter does not allow is left out: who reads the rules says so.
//
// Clients that are connected hear of it by their own ClientSession::renew_account(). Threads: any,
// one at a time.
void apply_rules(Exchange& exchange,
                 AccountTable& accounts,
                 const std::vector<AccountRules>& rules);

// A subscription in the tree of another account.
struct Shadow {
  Account* account = nullptr;
  SubscriptionPtr subscription = {};
};

// What a client's subscription wants of the streams that its account imports, not in any tree yet.
std::vector<Shadow> shadows_of(const Account& account, const Subscription& subscription);

// Keeps in `shadows` what is wanted as it was, gives up what is not, then subscribes what is new:
// no message comes twice.
void renew_shadows(Exchange& exchange, std::vector<Shadow>& shadows, std::vector<Shadow> wanted);

}  // namespace broker
