#include "broker/accounts/claimed_rules.h"

#include "broker/claims/shares.h"

#include <algorithm>

namespace broker {

namespace {

ExportAccess access_of(const ClaimedExport& offer) {
  ExportAccess access;
  access.by_token = offer.token_required;
  access.account_position = static_cast<std::size_t>(offer.account_token_position);
  return access;
}

ServiceExport service_of(const ClaimedExport& offer) {
  ServiceExport service{offer.subject, access_of(offer)};
  if (offer.response_type == "Stream") service.response = ResponseType::stream;
  if (offer.response_type == "Chunked") service.response = ResponseType::chunked;
  if (offer.response_threshold > 0) {
    service.threshold = base::nanoseconds(offer.response_threshold);
  }
  if (offer.latency)
    service.latency = LatencySampling{offer.latency->percent, offer.latency->results};
  return service;
}

// The time until which an activated export's token was revoked, for one account or for all.
bool is_revoked(const std::map<std::string, std::int64_t>& revocations, const Claims& token) {
  for (const std::string& who : {token.subject, std::string("*")}) {
    const auto found = revocations.find(who);
    if (found != revocations.end() && found->second >= token.issued) return true;
  }
  return false;
}

bool is_activated(const ClaimedImport& import,
                  const Claims& importer,
                  const KnownClaims* exporter,
                  std::int64_t now) {
  if (import.token.empty() || exporter == nullptr) return false;
  Issues issues;
  check_activation(import, importer, issues);
  const auto token = decode_token(import.token);
  if (!token || issues.block(true)) return false;
  check_times(*token, now, issues);
  const bool over = token->expires != 0 && token->expires <= now;
  const bool own = token->issuer == exporter->claims.claims.subject;
  if (issues.block(true) || over || (!own && exporter->signer(token->issuer) == nullptr)) {
    return false;
  }
  const auto& exports = exporter->claims.exports;
  return std::none_of(exports.begin(), exports.end(), [&](const ClaimedExport& offer) {
    const bool meant =
        offer.kind == import.kind && is_contained(import.remote_subject(), offer.subject);
    return meant && is_revoked(offer.revocations, *token);
  });
}

}  // namespace

AccountRules rules_of(const AccountClaims& claims, const ClaimsOf& claims_of, std::int64_t now) {
  AccountRules rules;
  rules.name = claims.claims.subject;
  for (const ClaimedExport& offer : claims.exports) {
    if (offer.kind == ShareKind::service) rules.service_exports.push_back(service_of(offer));
    if (offer.kind == ShareKind::stream) {
      rules.stream_exports.push_back({offer.subject, access_of(offer)});
    }
  }
  for (const ClaimedImport& import : claims.imports) {
    const auto exporter = claims_of(import.account);
    const bool permitted = is_activated(import, claims.claims, exporter.get(), now);
    if (import.kind == ShareKind::service) {
      rules.service_imports.push_back({.account = import.account,
                                       .subject = import.remote_subject(),
                                       .to = import.here(),
                                       .share = import.share,
                                       .permitted = permitted});
    } else {
      // `to` is a prefix, where the newer `local_subject` is a subject.
      rules.stream_imports.push_back({.account = import.account,
                                      .subject = import.subject,
                                      .prefix = import.local_subject.empty() ? import.to : "",
                                      .to = import.local_subject,
                                      .permitted = permitted});
    }
  }
  for (const ClaimedMapping& mapping : claims.mappings) {
    Mapping& rule = rules.mappings.emplace_back();
    rule.source = mapping.subject;
    for (const auto& [subject, weight, cluster] : mapping.destinations) {
      rule.destinations.push_back({subject, static_cast<int>(weight), cluster});
    }
  }
  rules.limits.max_connections = claims.limits.connections;
  rules.limits.max_subscriptions = claims.limits.subscriptions;
  rules.limits.max_payload = claims.limits.payload;
  rules.limits.max_leafnodes = claims.limits.leaf_connections;
  return rules;
}

}  // namespace broker
