#include "broker/claims/shares.h"

#include "base/text.h"
#include "broker/subjects/subject.h"

#include <algorithm>

namespace broker {

namespace {

void check_kind(ShareKind kind, std::string_view what, Issues& issues) {
  if (kind == ShareKind::unknown) {
    issues.error("invalid " + std::string(what) + " type: \"unknown\"");
  }
}

void check_latency(const ClaimedExport& offer, Issues& issues) {
  if (offer.kind != ShareKind::service) {
    issues.error("latency tracking only permitted for services");
  }
  if (offer.latency->percent < 0 || offer.latency->percent > 100) {
    issues.error("sampling percentage needs to be between 1-100");
  }
  check_subject(offer.latency->results, issues);
  if (has_wildcard(offer.latency->results)) {
    issues.error("results subject can not contain wildcards");
  }
}

void check_export(const ClaimedExport& offer, Issues& issues) {
  check_kind(offer.kind, "export", issues);
  const std::string& type = offer.response_type;
  if (offer.kind == ShareKind::service && !type.empty() && type != "Singleton" &&
      type != "Stream" && type != "Chunked") {
    issues.error("invalid response type for service: " + base::in_quotes(type));
  }
  if (offer.kind == ShareKind::stream && !type.empty()) {
    issues.error("invalid response type for stream: " + base::in_quotes(type));
  }
  if (offer.latency) check_latency(offer, issues);
  if (offer.response_threshold < 0) issues.error("negative response threshold is invalid");
  if (offer.response_threshold > 0 && offer.kind != ShareKind::service) {
    issues.error("response threshold only valid for services");
  }
  check_subject(offer.subject, issues);
  if (offer.account_token_position <= 0) return;
  const auto words = base::split(offer.subject, '.');
  const auto at = static_cast<std::size_t>(offer.account_token_position);
  const std::string position = "Account Token Position " + std::to_string(at);
  if (!has_wildcard(offer.subject)) {
    issues.error("Account Token Position can only be used with wildcard subjects: " +
                 offer.subject);
  } else if (at > words.size()) {
    issues.error(position + " exceeds length of subject '" + offer.subject + "'");
  } else if (words[at - 1] != "*") {
    issues.error(position + " matches '" + words[at - 1] +
                 "' but must match a * in: " + offer.subject);
  }
}

void check_contained(const AccountClaims& account, ShareKind kind, Issues& issues) {
  std::map<std::string, std::string> found;  // what contains, and the first it contains
  for (const ClaimedExport& inner : account.exports) {
    for (const ClaimedExport& outer : account.exports) {
      if (&inner == &outer || inner.kind != kind || outer.kind != kind) continue;
      if (is_contained(inner.subject, outer.subject)) {
        found.emplace(outer.subject, inner.subject);
      }
    }
  }
  for (const auto& [outer, inner] : found) {
    issues.error(std::string(kind == ShareKind::service ? "service" : "stream") +
                 " export subject " + base::in_quotes(outer) + " already exports " +
                 base::in_quotes(inner));
  }
}

void check_import(const ClaimedImport& import, const Claims& importer, Issues& issues) {
  check_kind(import.kind, "import", issues);
  if (import.account.empty()) issues.error("account to import from is not specified");
  if (!import.to.empty()) {
    issues.warn("the field to has been deprecated (use LocalSubject instead)");
  }
  check_subject(import.subject, issues);
  if (!import.local_subject.empty()) {
    check_subject(import.local_subject, issues);
    if (!import.to.empty()) issues.error("Local Subject replaces To");
  }
  if (import.share && import.kind != ShareKind::service) {
    issues.error("sharing information (for latency tracking) is only valid for services: " +
                 base::in_quotes(import.subject));
  }
  if (!import.token.empty()) check_activation(import, importer, issues);
}

// "a.$1" takes what the first wildcard stood for.
std::string without_references(const std::string& subject) {
  auto words = base::split(subject, '.');
  for (std::string& word : words) {
    if (word.size() > 1 && word[0] == '$' && base::parse_int(word.substr(1))) word = "*";
  }
  return base::join(words, ".");
}

}  // namespace

// Source: github.com/nats-io/jwt v2 types.go (IsContainedIn)
bool is_contained(std::string_view subject, std::string_view other) {
  const auto outer = base::split(other, '.');
  const auto inner = base::split(subject, '.');
  if (inner.size() > outer.size() && outer.back() != ">") return false;
  if (inner.size() < outer.size()) return false;
  for (std::size_t i = 0; i < outer.size(); ++i) {
    if (i + 1 == outer.size() && outer[i] == ">") return true;
    if (outer[i] != inner[i] && outer[i] != "*") return false;
  }
  return true;
}

void check_activation(const ClaimedImport& import, const Claims& importer, Issues& issues) {
  const auto token = decode_token(import.token);
  if (!token || token->kind != ClaimKind::activation) {
    return issues.error("import " + base::in_quotes(import.subject) +
                        " contains an invalid activation token");
  }
  std::string issuer_account;
  std::string subject;
  std::string kind;
  contract::JsonReader in(token->body);
  if (token->version == 1) in.get("issuer_account", issuer_account);
  in.with("nats", [&](contract::JsonReader& nats) {
    nats.get("subject", subject)
        .get(token->version == 1 ? "type" : "kind", kind)
        .get("issuer_account", issuer_account);
  });
  if (token->issuer != import.account && issuer_account != import.account) {
    issues.error("activation token doesn't match account for import " +
                 base::in_quotes(import.subject));
  }
  if (token->subject != importer.subject) {
    issues.error("activation token doesn't match account it is being included in, " +
                 base::in_quotes(import.subject));
  }
  const std::string wanted = import.kind == ShareKind::service ? "service" : "stream";
  if (kind != wanted) {
    issues.error("mismatch between token import type " + kind + " and type of import " + wanted);
  }
  const bool renamed = import.kind == ShareKind::service && !import.to.empty();
  if (!is_contained(renamed ? import.to : import.subject, subject)) {
    issues.error("activation token import subject " + base::in_quotes(subject) +
                 " doesn't match import " + base::in_quotes(import.subject));
  }
}

void check_exports(const AccountClaims& account, Issues& issues) {
  for (const ClaimedExport& offer : account.exports)
    check_export(offer, issues);
  check_contained(account, ShareKind::service, issues);
  check_contained(account, ShareKind::stream, issues);
}

void check_imports(const AccountClaims& account, Issues& issues) {
  std::map<std::string, std::vector<std::string>> services;  // local subjects, by account
  for (const ClaimedImport& import : account.imports) {
    if (import.kind == ShareKind::service) {
      std::string local = import.to;
      if (local.empty()) local = without_references(import.local_subject);
      if (local.empty()) local = import.subject;
      auto& others = services[import.account];
      for (const std::string& other : others) {
        if (!is_contained(local, other) && !is_contained(other, local)) continue;
        issues.error("overlapping subject namespace for " + base::in_quotes(local) + " and " +
                     base::in_quotes(other) + " in same account " +
                     base::in_quotes(import.account));
      }
      others.push_back(local);
    }
    check_import(import, account.claims, issues);
  }
}

}  // namespace broker
