#pragma once

#include "broker/claims/limits.h"

#include <map>
#include <optional>

namespace broker {

enum class ShareKind : std::uint8_t { unknown, stream, service };

// How often the time that a service takes is measured.
struct ClaimedLatency {
  int percent = 0;  // 0: requests say themselves
  std::string results = {};
};

// What an account offers others, or takes of another one.
struct ClaimedExport {
  std::string subject = {};
  ShareKind kind = ShareKind::unknown;
  bool token_required = false;
  std::map<std::string, std::int64_t> revocations = {};
  std::string response_type = {};
  std::int64_t response_threshold = 0;  // nanoseconds
  std::int64_t account_token_position = 0;
  std::optional<ClaimedLatency> latency = {};
};

struct ClaimedImport {
  std::string name = {};
  std::string subject = {};
  std::string account = {};
  std::string token = {};
  std::string to = {};
  std::string local_subject = {};
  ShareKind kind = ShareKind::unknown;
  bool share = false;

  // What the exporter calls it. `to` is that for a service, but not beside a local subject.
  const std::string& remote_subject() const {
    const bool renamed = kind == ShareKind::service && local_subject.empty() && !to.empty();
    return renamed ? to : subject;
  }

  // What a service is called here.
  const std::string& here() const { return local_subject.empty() ? subject : local_subject; }
};

struct ClaimedMapping {
  struct Destination {
    std::string subject = {};
    std::int64_t weight = 100;  // percent
    std::string cluster = {};
  };

  std::string subject = {};
  std::vector<Destination> destinations = {};
};

struct ClaimedLimits {
  std::int64_t subscriptions = 0;  // of one client; kNoLimit: any number
  std::int64_t data = 0;
  std::int64_t payload = 0;
  std::int64_t imports = 0;
  std::int64_t exports = 0;
  bool wildcard_exports = false;
  bool disallow_bearer = false;
  std::int64_t connections = 0;
  std::int64_t leaf_connections = 0;

  bool operator==(const ClaimedLimits&) const = default;
};

// A key that signs for an account. With a scope, its users may what the template says.
struct SigningKey {
  std::optional<UserLimits> scope = {};

  bool operator==(const SigningKey&) const = default;
};

struct AccountClaims {
  Claims claims = {};
  std::vector<ClaimedImport> imports = {};
  std::vector<ClaimedExport> exports = {};
  ClaimedLimits limits = {};
  std::map<std::string, SigningKey> signing_keys = {};
  std::map<std::string, std::int64_t> revocations = {};  // by user or "*": issued until then
  ClaimedPermissions default_permissions = {};
  std::vector<ClaimedMapping> mappings = {};
  std::vector<std::string> authorizers = {};  // auth_users: who an authorization service is

  bool is_expired(std::int64_t now) const { return claims.expires != 0 && claims.expires <= now; }

  bool revokes(const std::string& user, std::int64_t issued) const;
};

base::Result<AccountClaims> decode_account(std::string_view token);

Issues check(const AccountClaims& account, std::int64_t now);

}  // namespace broker
