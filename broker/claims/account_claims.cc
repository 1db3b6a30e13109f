#include "broker/claims/account_claims.h"

#include "base/text.h"
#include "broker/claims/shares.h"
#include "broker/subjects/subject.h"
#include "contract/nkey.h"

namespace broker {

namespace {

using contract::JsonReader;

std::map<std::string, std::int64_t> read_revocations(JsonReader& in) {
  std::vector<std::pair<std::string, std::int64_t>> list;
  in.get("revocations", list);
  return {list.begin(), list.end()};
}

ShareKind read_kind(JsonReader& in) {
  std::string text;
  in.get("type", text);
  if (text == "stream") return ShareKind::stream;
  if (text == "service") return ShareKind::service;
  if (in.find("type") != nullptr) in.complain("type");
  return ShareKind::unknown;
}

void read_import(JsonReader& in, AccountClaims& account) {
  ClaimedImport& import = account.imports.emplace_back();
  import.kind = read_kind(in);
  in.get("name", import.name)
      .get("subject", import.subject)
      .get("account", import.account)
      .get("token", import.token)
      .get("to", import.to)
      .get("local_subject", import.local_subject)
      .get("share", import.share);
}

// The percentage is a number, or "headers".
void read_latency(JsonReader& in, ClaimedExport& offer) {
  offer.latency.emplace();
  in.get("results", offer.latency->results);
  const base::Json* sampling = in.find("sampling");
  if (sampling != nullptr && sampling->is_text() && base::lower(sampling->text()) == "headers")
    return;
  in.get("sampling", offer.latency->percent);
}

// {"a":[{"subject":"b","weight":50}]}; a weight of 0 is one of 100.
void read_mappings(JsonReader& in, AccountClaims& account) {
  const base::Json* mappings = in.find("mappings");
  if (mappings == nullptr) return;
  if (!mappings->is_object()) return in.complain("mappings");
  JsonReader sources(*mappings);
  for (const auto& [source, destinations] : mappings->fields()) {
    ClaimedMapping& mapping = account.mappings.emplace_back();
    mapping.subject = source;
    sources.each(source, [&](JsonReader& item) {
      auto& to = mapping.destinations.emplace_back();
      std::uint8_t weight = 0;
      item.get("subject", to.subject).get("weight", weight).get("cluster", to.cluster);
      to.weight = weight == 0 ? 100 : weight;
    });
  }
  if (!sources.done()) in.complain("mappings");
}

void read_export(JsonReader& in, AccountClaims& account) {
  ClaimedExport& offer = account.exports.emplace_back();
  offer.kind = read_kind(in);
  offer.revocations = read_revocations(in);
  in.with("service_latency", [&](JsonReader& latency) { read_latency(latency, offer); });
  in.get("subject", offer.subject)
      .get("token_req", offer.token_required)
      .get("response_type", offer.response_type)
      .get("response_threshold", offer.response_threshold)
      .get("account_token_position", offer.account_token_position);
}

void read_limits(JsonReader& in, ClaimedLimits& limits) {
  in.get("subs", limits.subscriptions)
      .get("data", limits.data)
      .get("payload", limits.payload)
      .get("imports", limits.imports)
      .get("exports", limits.exports)
      .get("wildcards", limits.wildcard_exports)
      .get("disallow_bearer", limits.disallow_bearer)
      .get("conn", limits.connections)
      .get("leaf", limits.leaf_connections);
}

// "AB..." or { "kind": "user_scope", "key": "AB...", "template": {} }
void read_signing_keys(JsonReader& in, AccountClaims& account) {
  const base::Json* keys = in.find("signing_keys");
  if (keys == nullptr) return;
  if (!keys->is_array()) return in.complain("signing_keys");
  for (const base::Json& item : keys->items()) {
    if (item.is_text()) {
      account.signing_keys[item.text()] = {};
      continue;
    }
    if (!item.is_object()) continue;  // as nats-server has it
    std::string kind;
    std::string key;
    UserLimits scope;
    scope.subscriptions = scope.data = scope.payload = kNoLimit;
    JsonReader fields(item);
    fields.get("kind", kind).get("key", key).with("template", [&](JsonReader& limits) {
      read_user_limits(limits, scope);
    });
    if (kind != "user_scope" || !fields.done()) in.complain("signing_keys");
    account.signing_keys[key] = {std::move(scope)};
  }
}

void check_mappings(const AccountClaims& account, Issues& issues) {
  for (const ClaimedMapping& mapping : account.mappings) {
    check_subject(mapping.subject, issues);
    std::map<std::string, std::int64_t> totals;  // percent, by cluster
    for (const auto& [subject, weight, cluster] : mapping.destinations) {
      check_subject(subject, issues);
      const std::string name = "Mapping " + base::in_quotes(mapping.subject);
      if (weight > 100) {
        issues.error(name + " has a weight " + std::to_string(weight) + " that exceeds 100");
      }
      totals[cluster] += weight;
      if (!cluster.empty() && totals[cluster] > 100) {
        issues.error(name + " in cluster " + base::in_quotes(cluster) +
                     " exceeds 100% among all of it's weighted to mappings");
      }
    }
    if (totals[""] > 100) {
      issues.error("Mapping " + base::in_quotes(mapping.subject) +
                   " exceeds 100% among all of it's weighted to mappings");
    }
  }
}

void check_authorizers(const AccountClaims& account, Issues& issues) {
  for (const std::string& user : account.authorizers) {
    if (!contract::is_nkey(user, contract::NkeyKind::user)) {
      issues.error("AuthUser " + base::in_quotes(user) + " is not a valid user public key");
    }
  }
}

void check_signing_keys(const AccountClaims& account, Issues& issues) {
  for (const auto& [key, signing] : account.signing_keys) {
    if (contract::is_nkey(key, contract::NkeyKind::account)) continue;
    issues.error(signing.scope ? key + " is not an account public key"
                               : base::in_quotes(key) + " is not a valid account signing key");
  }
}

void check_counts(const AccountClaims& account, Issues& issues) {
  const ClaimedLimits& limits = account.limits;
  const auto imports = static_cast<std::int64_t>(account.imports.size());
  const auto exports = static_cast<std::int64_t>(account.exports.size());
  const std::string many_imports = "the account contains more imports than allowed by the operator";
  if (limits != ClaimedLimits{} && limits.imports >= 0 && imports > limits.imports) {
    issues.error(many_imports);
  }
  if (limits.imports != kNoLimit && imports > limits.imports) issues.error(many_imports);
  if (limits.exports == kNoLimit) return;
  if (exports > limits.exports) {
    issues.error("the account contains more exports than allowed by the operator");
  }
  if (limits.wildcard_exports) return;
  for (const ClaimedExport& offer : account.exports) {
    if (has_wildcard(offer.subject)) {
      issues.error("the account contains wildcard exports that are not allowed by the operator");
    }
  }
}

}  // namespace

bool AccountClaims::revokes(const std::string& user, std::int64_t issued) const {
  for (const std::string& who : {user, std::string("*")}) {
    const auto found = revocations.find(who);
    if (found != revocations.end() && found->second >= issued) return true;
  }
  return false;
}

base::Result<AccountClaims> decode_account(std::string_view token) {
  AccountClaims account;
  account.claims = TRY(decode_token(token));
  if (account.claims.kind != ClaimKind::account) {
    return base::Error(base::ErrorCode::invalid, "not account claim");
  }
  JsonReader in(account.claims.body);
  in.with("nats", [&](JsonReader& nats) {
    nats.each("imports", [&](JsonReader& item) { read_import(item, account); })
        .each("exports", [&](JsonReader& item) { read_export(item, account); })
        .with("limits", [&](JsonReader& limits) { read_limits(limits, account.limits); });
    read_signing_keys(nats, account);
    account.revocations = read_revocations(nats);
    if (account.claims.version == 1) return;
    read_mappings(nats, account);
    nats.with("default_permissions",
              [&](JsonReader& rules) { read_permissions(rules, account.default_permissions); })
        .with("authorization",
              [&](JsonReader& rules) { rules.get("auth_users", account.authorizers); });
  });
  TRY(in.done());
  return account;
}

Issues check(const AccountClaims& account, std::int64_t now) {
  Issues issues;
  check_times(account.claims, now, issues);
  check_imports(account, issues);
  check_exports(account, issues);
  check_permissions(account.default_permissions, issues);
  check_mappings(account, issues);
  check_authorizers(account, issues);
  check_counts(account, issues);
  check_signing_keys(account, issues);
  const bool self_signed = contract::is_nkey(account.claims.issuer, contract::NkeyKind::account);
  if (self_signed && account.limits != ClaimedLimits{}) {
    issues.warn("self-signed account JWTs shouldn't contain operator limits");
  }
  return issues;
}

}  // namespace broker
