#pragma once

#include "broker/claims/issues.h"
#include "contract/json_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace broker {

inline constexpr std::int64_t kNoLimit = -1;

// What may be published and subscribed to; empty lists say nothing.
struct ClaimedSubjects {
  std::vector<std::string> allow = {};
  std::vector<std::string> deny = {};

  bool empty() const { return allow.empty() && deny.empty(); }

  bool operator==(const ClaimedSubjects&) const = default;
};

struct ClaimedResponses {
  std::int64_t most = 0;
  std::int64_t expires = 0;  // nanoseconds

  bool operator==(const ClaimedResponses&) const = default;
};

struct ClaimedPermissions {
  ClaimedSubjects publish = {};
  ClaimedSubjects subscribe = {};
  std::optional<ClaimedResponses> responses = {};

  bool empty() const { return publish.empty() && subscribe.empty() && !responses; }

  bool operator==(const ClaimedPermissions&) const = default;
};

// A part of each day: "08:00:00" to "17:30:00"; it may go past midnight.
struct TimeRange {
  std::string start = {};
  std::string end = {};

  bool operator==(const TimeRange&) const = default;
};

// What a user may, and under which circumstances: in a user's claims, or in the template of the key
// that signed them.
struct UserLimits {
  ClaimedPermissions permissions = {};
  std::int64_t subscriptions = 0;  // kNoLimit: any number; what is not said is 0, as in nats-server
  std::int64_t data = 0;
  std::int64_t payload = 0;
  std::vector<std::string> sources = {};  // networks, "10.1.0.0/16"
  std::vector<TimeRange> times = {};
  std::string times_location = {};  // "Europe/Berlin"; empty: the server's
  bool bearer = false;              // need not sign
  bool proxy_required = false;
  std::vector<std::string> connection_types = {};

  bool operator==(const UserLimits&) const = default;
};

void read_permissions(contract::JsonReader& in, ClaimedPermissions& out);
void read_user_limits(contract::JsonReader& in, UserLimits& out);

void check_permissions(const ClaimedPermissions& permissions, Issues& issues);
void check_user_limits(const UserLimits& limits, Issues& issues);

}  // namespace broker
