#include "broker/leaf/leaf_rights.h"

#include "broker/subjects/subject.h"

#include <algorithm>

namespace broker {

namespace {

// Source: nats-server server/jetstream_api.go (denyAllClientJs, denyAllJs)
constexpr const char* kJetStreamOfClients[] = {"$JS.API.>", "$KV.>", "$OBJ.>"};
constexpr const char* kJetStreamOfServers[] = {"$JSC.>", "$NRG.>"};

constexpr std::string_view kGatewayReplies = "_GR_.";
constexpr std::string_view kOldGatewayReplies = "$GR.";

bool is_answer(std::string_view subject) {
  return subject.starts_with("_R_.") || subject.starts_with("$JS.ACK.");
}

void deny_jetstream(SubjectSet& denied, bool system) {
  for (const char* filter : kJetStreamOfClients)
    denied.add(filter);
  if (!system) return;
  for (const char* filter : kJetStreamOfServers)
    denied.add(filter);
}

}  // namespace

bool is_of_servers(std::string_view filter) {
  return filter.starts_with(kLoopSubjects) || filter.starts_with(kGatewayReplies) ||
         filter.starts_with(kOldGatewayReplies);
}

LeafRights::LeafRights(const Rules& rules)
    : all_in_(!rules.in.allow && !rules.answers),
      allowed_in_(rules.in.allow.value_or(std::vector<std::string>{})),
      denied_in_(rules.in.deny),
      denied_asked_(rules.in.deny) {
  if (!rules.trust_in) deny_jetstream(denied_in_, rules.system);
  deny_jetstream(denied_asked_, rules.system);
  SubjectSet denied(rules.out.deny);
  deny_jetstream(denied, rules.system);
  denied_out_ = std::make_shared<const SubjectSet>(std::move(denied));
  if (!rules.out.allow) return;
  // Of "subject queue" entries the subject counts.
  SubjectSet allowed;
  for (const std::string& entry : *rules.out.allow)
    allowed.add(entry.substr(0, entry.find_first_of(" \t")));
  allowed_out_ = std::make_shared<const SubjectSet>(std::move(allowed));
}

bool LeafRights::may_take(std::string_view subject) const {
  if (is_answer(subject)) return true;
  return (all_in_ || allowed_in_.match(subject)) && !denied_in_.match(subject);
}

bool LeafRights::may_ask(std::string_view filter) const {
  if (is_of_servers(filter)) return true;
  return (all_in_ || allowed_in_.cover(filter)) && !denied_asked_.cover(filter);
}

LeafRights::Asked LeafRights::may_be_asked(std::string_view filter) const {
  if (is_of_servers(filter)) return Asked::allowed;
  if (!has_wildcard(filter)) {
    const bool allowed = allowed_out_ == nullptr || allowed_out_->match(filter);
    return allowed && !denied_out_->match(filter) ? Asked::allowed : Asked::denied;
  }
  return denied_out_->overlap(filter) ? Asked::filtered : Asked::allowed;
}

}  // namespace broker
