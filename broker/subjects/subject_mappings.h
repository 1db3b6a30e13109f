#pragma once

#include "broker/subjects/subject_transform.h"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// Subjects of an account that are not published as they are said, but elsewhere:
//
//   mappings: { "old.*": "new.$1"
//               orders: [ { destination: orders.v2, weight: 10% } ] }     the rest stays
//
// Weights are percents of the messages. What they leave of a hundred keeps its subject, or is lost
// when the subject itself is among the destinations. Destinations of a cluster are drawn from on
// its servers, the others elsewhere. Source: nats-server server/accounts.go (AddWeightedMappings,
// selectMappedSubject); docs.nats.io/nats-concepts/subject_mapping
namespace broker {

struct MappingDestination {
  std::string subject = {};
  int weight = 100;          // percent
  std::string cluster = {};  // empty: wherever its own has none

  bool operator==(const MappingDestination&) const = default;
};

struct Mapping {
  std::string source = {};
  std::vector<MappingDestination> destinations = {};

  bool operator==(const Mapping&) const = default;
};

// Immutable. Threads: any.
class SubjectMappings {
 public:
  // Adds one, or takes the place of that of the same source. Error: nats-server's words.
  base::Result<void> add(const Mapping& mapping);

  bool empty() const { return rules_.empty(); }

  bool is_scoped() const { return scoped_; }  // the cluster matters

  // Where a message on `subject` goes on a server of that cluster: nothing when it is not mapped,
  // an empty subject when it is lost.
  std::optional<std::string> map(std::string_view subject,
                                 std::string_view cluster,
                                 std::minstd_rand& random) const;

  // A destination as /accountz shows it.
  struct Share {
    SubjectTransform transform;
    int up_to = 100;  // the weights until here, this one's included
  };

  struct Rule {
    std::string source = {};
    std::vector<Share> shares = {};
    std::map<std::string, std::vector<Share>, std::less<>> by_cluster = {};
  };

  const std::vector<Rule>& rules() const { return rules_; }

 private:
  std::vector<Rule> rules_;  // the first that matches counts
  bool scoped_ = false;
};

}  // namespace broker
