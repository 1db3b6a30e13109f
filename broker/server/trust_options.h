#pragma once

#include "broker/accounts/trusted_accounts.h"
#include "broker/claims/operator_claims.h"
#include "broker/server/conf_report.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

// Decentralized authentication, as configuration has it: operators, and where their accounts' JWTs
// are. Source: nats-server server/opts.go, server/jwt.go (validateTrustedOperators)
namespace broker {

struct TrustedOperator {
  OperatorClaims claims = {};
  std::string token = {};

  bool operator==(const TrustedOperator& other) const { return token == other.token; }
};

// Where the JWTs of accounts are.
struct ResolverSettings {
  enum class Kind : std::uint8_t { memory, url, full, cache };

  Kind kind = Kind::memory;
  std::string url = {};        // without the account
  std::string directory = {};  // full, cache: a file each
  bool allow_delete = false;
  bool hard_delete = false;  // or else the file is renamed
  std::int64_t limit = 0;    // files; 0: the kind's own limit
  base::nanoseconds ttl{0};
  base::nanoseconds interval{0};  // between looks at what other servers have; 0: a minute
  base::nanoseconds timeout = std::chrono::milliseconds(1900);  // of a fetch

  bool operator==(const ResolverSettings&) const = default;
};

struct TrustOptions {
  std::vector<TrustedOperator> operators = {};
  std::vector<std::string> keys = {};  // trusted_keys: operators of whom nothing else is known
  std::optional<ResolverSettings> resolver = {};
  std::map<std::string, std::string> preload = {};  // JWTs by account
  std::vector<std::string> pinned_accounts = {};

  bool operator==(const TrustOptions&) const = default;
};

// Each key of the file that has to do with it; part of apply_conf().
void read_operators(const contract::ConfField& field, TrustOptions& trust, ConfReport& report);
void read_trusted_keys(const contract::ConfField& field, TrustOptions& trust, ConfReport& report);
void read_resolver(const contract::ConfField& field, TrustOptions& trust, ConfReport& report);
void read_preload(const contract::ConfField& field, TrustOptions& trust, ConfReport& report);
void read_pinned_accounts(const contract::ConfField& field,
                          TrustOptions& trust,
                          ConfReport& report);

// A single operator's JWT says where accounts are and which one is the system account, unless the
// file does.
void complete_trust(TrustOptions& trust, std::string& system_account);

// Who may sign accounts. `system_account` is always among the pinned ones.
OperatorRules operator_rules(const TrustOptions& trust, const std::string& system_account);

}  // namespace broker
