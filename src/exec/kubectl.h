#pragma once

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"
#include "plan/plan.h"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

// Kubernetes, by the user's own kubectl: its contexts, credentials, proxies and plug-ins are its
// business. The one door: all that natsctl says to a cluster goes through here. No secret is an
// argument.
//
// Every call may be repeated: what changes something carries the version that it was made for, or
// says the same again. So an API server that has answered before and is away is waited for, for two
// minutes: it may be upgraded just now. One that has just started forbids everything until it has
// read its rules: what was allowed before, or is forbidden within a minute of its absence, is asked
// for again, too.
//
// Threads: one at a time.
// Source: kubernetes.io/docs/reference/generated/kubectl
namespace exec {

class Kubectl {
 public:
  explicit Kubectl(const plan::ExecutorSpec& spec);

  // What it writes when it ends well. Else ErrorCode::not_found; protocol: somebody was faster
  // (Conflict, AlreadyExists), look again; refused: the API says no; timeout: nothing is known of
  // the effect; io: all else. With the API server's own words.
  base::Result<std::string> ask(const std::vector<std::string>& args,
                                const std::string& input = {},
                                base::nanoseconds patience = std::chrono::seconds(30));

  // The whole command, for a process of its own.
  std::vector<std::string> words(const std::vector<std::string>& args) const;

  // "pod", "nats-0"
  base::Result<base::Json> get(const std::string& kind, const std::string& name);
  // With a selector: "app=nats,tier=core"
  base::Result<base::Json> list(const std::string& kind, const std::string& selector = {});
  base::Result<base::Json> create(const base::Json& object);
  base::Result<base::Json> replace(const base::Json& object);
  // By a merge patch; "strategic" knows containers by their names.
  base::Result<base::Json> patch(const std::string& kind,
                                 const std::string& name,
                                 const base::Json& change,
                                 const std::string& how = "merge");
  // Exactly the object that was seen, not a later one of its name; already gone: does nothing.
  // Without a grace period its own counts.
  base::Result<void> remove(const base::Json& seen,
                            std::optional<std::chrono::seconds> grace = std::nullopt);
  // Only while it is in every respect as it was seen; else ErrorCode::protocol.
  base::Result<void> remove_unchanged(const base::Json& seen);

  // What its user may do there: the status of a SelfSubjectRulesReview.
  base::Result<base::Json> rights_in(const std::string& name_space);

  // For people: "namespace shop (context prod)".
  const std::string& place() const { return place_; }

  // As a person types it, up to the verb: "kubectl -n shop".
  static std::string by_hand(const plan::ExecutorSpec& spec);

 private:
  base::Result<base::Json> ask_json(const std::vector<std::string>& args,
                                    const std::string& input = {});
  base::Result<void> remove_if(const base::Json& seen,
                               const base::Json& preconditions,
                               std::optional<std::chrono::seconds> grace);

  std::vector<std::string> program_;
  bool may_be_starting(const std::string& question, const std::string& errors) const;

  std::string place_;
  std::set<std::string> allowed_;  // what it has answered: "get pod"
  std::optional<std::chrono::steady_clock::time_point> seen_away_;
};

// What kubectl's complaint means. Pure.
base::Error kubectl_trouble(const std::string& errors);

// An error of an API server that may be back in a moment. Pure.
bool is_away(const std::string& errors);

}  // namespace exec
