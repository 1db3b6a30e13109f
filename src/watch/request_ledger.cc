#include "watch/request_ledger.h"

#include <algorithm>
#include <optional>

namespace watch {

using base::Json;

Answers& Answers::operator+=(const Answers& other) {
  if (other.longest_gap > longest_gap) {
    longest_gap = other.longest_gap;
    gap_requester = requesters + other.gap_requester;
    gap_began = other.gap_began;
  }
  requesters += other.requesters;
  asked += other.asked;
  failed += other.failed;
  slowest = std::max(slowest, other.slowest);
  return *this;
}

Json Answers::to_json() const {
  return Json::object({{"requesters", requesters},
                       {"asked", asked},
                       {"failed", failed},
                       {"longest_gap_ns", std::int64_t{longest_gap.count()}},
                       {"gap_requester", gap_requester},
                       {"gap_began_ns", std::int64_t{gap_began.count()}},
                       {"slowest_ns", std::int64_t{slowest.count()}}});
}

Answers Answers::from_json(const Json& json) {
  return {static_cast<int>(json["requesters"].integer()),
          json["asked"].integer(),
          json["failed"].integer(),
          base::nanoseconds(json["longest_gap_ns"].integer()),
          static_cast<int>(json["gap_requester"].integer()),
          base::nanoseconds(json["gap_began_ns"].integer()),
          base::nanoseconds(json["slowest_ns"].integer())};
}

int RequestLedger::add_requester(Kind kind) {
  const std::lock_guard lock(mutex_);
  requesters_.push_back({.kind = kind});
  return static_cast<int>(requesters_.size()) - 1;
}

void RequestLedger::asked(int requester, base::Time now) {
  const std::lock_guard lock(mutex_);
  auto& by = requesters_[static_cast<std::size_t>(requester)];
  if (++by.seen.asked == 1) by.first = by.last = now;
}

void RequestLedger::answered(int requester, base::Time asked, base::Time now) {
  const std::lock_guard lock(mutex_);
  auto& by = requesters_[static_cast<std::size_t>(requester)];
  if (const base::nanoseconds gap = now - by.last; gap > by.seen.longest_gap) {
    by.seen.longest_gap = gap;
    by.gap_began = by.last;
  }
  by.last = now;
  by.seen.slowest = std::max<base::nanoseconds>(by.seen.slowest, now - asked);
}

void RequestLedger::failed(int requester) {
  const std::lock_guard lock(mutex_);
  ++requesters_[static_cast<std::size_t>(requester)].seen.failed;
}

Answers RequestLedger::result(Kind kind) const {
  const std::lock_guard lock(mutex_);
  std::optional<base::Time> first;
  for (const auto& one : requesters_) {
    if (one.seen.asked > 0 && (!first || one.first < *first)) first = one.first;
  }
  Answers sum;
  for (const auto& one : requesters_) {
    if (one.kind != kind) continue;
    ++sum.requesters;
    sum.asked += one.seen.asked;
    sum.failed += one.seen.failed;
    sum.slowest = std::max(sum.slowest, one.seen.slowest);
    if (one.seen.longest_gap <= sum.longest_gap) continue;
    sum.longest_gap = one.seen.longest_gap;
    sum.gap_requester = sum.requesters;
    sum.gap_began = one.gap_began - *first;
  }
  return sum;
}

}  // namespace watch
