#pragma once

#include "base/units.h"
#include "broker/subjects/subject_set.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a user may publish and subscribe. Immutable once made, shared between sessions and threads.
// Source: docs.nats.io/running-a-nats-service/configuration/securing_nats/authorization;
// nats-server server/auth.go, server/client.go (canSubscribe, pubAllowed)
namespace broker {

// A list as configuration gives it. No `allow` means everything; deny wins.
struct SubjectRules {
  std::optional<std::vector<std::string>> allow = {};  // for subscriptions also "subject queue"
  std::vector<std::string> deny = {};

  bool operator==(const SubjectRules&) const = default;
};

struct ResponseRules {
  std::int64_t max = 1;  // answers to one request; below 0: any number
  base::nanoseconds expires = std::chrono::minutes(2);  // below 0: never

  bool operator==(const ResponseRules&) const = default;
};

struct PermissionRules {
  SubjectRules publish = {};
  SubjectRules subscribe = {};
  std::optional<ResponseRules> allow_responses =
      {};  // without publish.allow it denies all but answers

  bool operator==(const PermissionRules&) const = default;
};

class Permissions {
 public:
  explicit Permissions(PermissionRules rules);

  bool may_publish(std::string_view subject) const;

  enum class Subscribing { allowed, filtered, denied };

  // `filtered`: allowed, but subjects in denied() must not be delivered.
  Subscribing may_subscribe(std::string_view subject, std::string_view queue) const;

  // What a filtered subscription of this queue (or none) must not see.
  std::shared_ptr<const SubjectSet> denied() const { return subscribe_denied_; }

  const std::optional<ResponseRules>& allow_responses() const { return rules_.allow_responses; }

  const PermissionRules& rules() const { return rules_; }

 private:
  struct QueueRule {
    std::string subject;
    std::string queue;  // may hold wildcards; empty: any or none
  };

  static std::vector<QueueRule> queue_rules(const std::vector<std::string>& entries);

  PermissionRules rules_;
  SubjectSet publish_allowed_;
  SubjectSet publish_denied_;
  std::vector<QueueRule> subscribe_allow_;
  std::vector<QueueRule> subscribe_deny_;
  std::shared_ptr<const SubjectSet> subscribe_denied_;
};

}  // namespace broker
