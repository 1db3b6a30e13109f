#include "broker/subjects/subject_mappings.h"

#include "broker/subjects/subject.h"

#include <algorithm>
#include <set>

namespace broker {

namespace {

using Shares = std::vector<SubjectMappings::Share>;
using Kind = SubjectTransform::Kind;

constexpr int kAll = 100;

base::Error bad(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

// From weights to the numbers of a draw. What is left over goes to the source itself, unless it is
// there by name.
base::Result<void> fill_up(Shares& shares, const std::string& source, bool names_source) {
  int total = 0;
  for (const auto& share : shares)
    total += share.up_to;
  if (total != kAll && !names_source) {
    auto same = TRY(SubjectTransform::make(source, with_placeholders(source), Kind::any));
    shares.push_back({std::move(same), kAll - total});
  }
  std::stable_sort(
      shares.begin(), shares.end(), [](const auto& a, const auto& b) { return a.up_to < b.up_to; });
  int sum = 0;
  for (auto& share : shares)
    sum = share.up_to += sum;
  return {};
}

}  // namespace

base::Result<void> SubjectMappings::add(const Mapping& mapping) {
  Rule rule{.source = mapping.source};
  std::set<std::string> seen;
  std::map<std::string, int> totals;
  for (const MappingDestination& to : mapping.destinations) {
    if (!seen.insert(to.subject).second) return bad("duplicate entry for \"" + to.subject + "\"");
    if ((totals[to.cluster] += to.weight) > kAll) return bad("total weight needs to be <= 100");
    TRY(check_mapping_destination(to.subject));
    auto transform = TRY(SubjectTransform::make(mapping.source, to.subject, Kind::any));
    auto& shares = to.cluster.empty() ? rule.shares : rule.by_cluster[to.cluster];
    shares.push_back({std::move(transform), to.weight});
  }
  const bool names_source = seen.contains(mapping.source);
  TRY(fill_up(rule.shares, mapping.source, names_source));
  for (auto& [cluster, shares] : rule.by_cluster)
    TRY(fill_up(shares, mapping.source, names_source));
  scoped_ = scoped_ || !rule.by_cluster.empty();
  const auto known = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& each) {
    return each.source == mapping.source;
  });
  if (known != rules_.end()) {
    *known = std::move(rule);
  } else {
    rules_.push_back(std::move(rule));
  }
  return {};
}

std::optional<std::string> SubjectMappings::map(std::string_view subject,
                                                std::string_view cluster,
                                                std::minstd_rand& random) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& each) {
    return matches(each.source, subject);
  });
  if (rule == rules_.end()) return std::nullopt;
  const auto own = rule->by_cluster.find(cluster);
  const Shares& shares = own == rule->by_cluster.end() ? rule->shares : own->second;
  const auto all = [](const Share& share) { return share.up_to == kAll; };
  if (shares.size() == 1 && all(shares.front())) return shares.front().transform.apply(subject);
  const int drawn = std::uniform_int_distribution<int>(0, kAll - 1)(random);
  for (const Share& share : shares) {
    if (drawn < share.up_to) return share.transform.apply(subject);
  }
  return std::string();
}

}  // namespace broker
