#include "watch/message_ledger.h"

#include <algorithm>

namespace watch {

namespace {

using base::Json;

constexpr std::size_t kNumbersTold = 100;  // enough to find them in a log

// True when it was not marked before.
bool mark(std::vector<bool>& marks, std::int64_t number) {
  const auto at = static_cast<std::size_t>(number);
  if (marks.size() <= at) marks.resize(at + 1);
  if (marks[at]) return false;
  marks[at] = true;
  return true;
}

bool is_marked(const std::vector<bool>& marks, std::size_t number) {
  return number < marks.size() && marks[number];
}

Json to_json(const Reception& reception) {
  return Json::object({{"subscribers", reception.subscribers},
                       {"received", reception.received},
                       {"lost", reception.lost},
                       {"duplicated", reception.duplicated},
                       {"longest_gap_ns", std::int64_t{reception.longest_gap.count()}},
                       {"gap_subscriber", reception.gap_subscriber},
                       {"gap_began_ns", std::int64_t{reception.gap_began.count()}},
                       {"slowest_ns", std::int64_t{reception.slowest.count()}}});
}

Reception reception_from(const Json& json) {
  return {static_cast<int>(json["subscribers"].integer()),
          json["received"].integer(),
          json["lost"].integer(),
          json["duplicated"].integer(),
          base::nanoseconds(json["longest_gap_ns"].integer()),
          static_cast<int>(json["gap_subscriber"].integer()),
          base::nanoseconds(json["gap_began_ns"].integer()),
          base::nanoseconds(json["slowest_ns"].integer())};
}

}  // namespace

ProbeResult& ProbeResult::operator+=(const ProbeResult& other) {
  const auto add = [](Reception& to, const Reception& from) {
    if (from.longest_gap > to.longest_gap) {
      to.longest_gap = from.longest_gap;
      to.gap_subscriber = to.subscribers + from.gap_subscriber;
      to.gap_began = from.gap_began;
    }
    to.subscribers += from.subscribers;
    to.received += from.received;
    to.lost += from.lost;
    to.duplicated += from.duplicated;
    to.slowest = std::max(to.slowest, from.slowest);
  };
  sent += other.sent;
  confirmed += other.confirmed;
  resent += other.resent;
  add(careful, other.careful);
  add(plain, other.plain);
  lost_numbers.insert(lost_numbers.end(), other.lost_numbers.begin(), other.lost_numbers.end());
  careful_requests += other.careful_requests;
  plain_requests += other.plain_requests;
  return *this;
}

Json ProbeResult::to_json() const {
  return Json::object({{"sent", sent},
                       {"confirmed", confirmed},
                       {"resent", resent},
                       {"careful", watch::to_json(careful)},
                       {"plain", watch::to_json(plain)},
                       {"lost_numbers", Json(lost_numbers)},
                       {"careful_requests", careful_requests.to_json()},
                       {"plain_requests", plain_requests.to_json()}});
}

ProbeResult ProbeResult::from_json(const Json& json) {
  ProbeResult result;
  result.sent = json["sent"].integer();
  result.confirmed = json["confirmed"].integer();
  result.resent = json["resent"].integer();
  result.careful = reception_from(json["careful"]);
  result.plain = reception_from(json["plain"]);
  for (const auto& number : json["lost_numbers"].items())
    result.lost_numbers.push_back(number.integer());
  result.careful_requests = Answers::from_json(json["careful_requests"]);
  result.plain_requests = Answers::from_json(json["plain_requests"]);
  return result;
}

int MessageLedger::add_subscriber(Kind kind) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back({.kind = kind, .from = static_cast<std::int64_t>(sendings_.size())});
  return static_cast<int>(subscribers_.size()) - 1;
}

std::int64_t MessageLedger::next_number(base::Time now) {
  const std::lock_guard lock(mutex_);
  sendings_.push_back({.sent = now});
  return static_cast<std::int64_t>(sendings_.size()) - 1;
}

void MessageLedger::resent(std::int64_t count) {
  const std::lock_guard lock(mutex_);
  resent_ += count;
}

void MessageLedger::confirmed(std::int64_t number, base::Time now) {
  const std::lock_guard lock(mutex_);
  auto& sending = sendings_[static_cast<std::size_t>(number)];
  if (sending.is_confirmed) return;
  sending.is_confirmed = true;
  sending.confirmed = now;
  ++confirmed_;
}

void MessageLedger::received(int subscriber, int connection, std::int64_t number, base::Time now) {
  const std::lock_guard lock(mutex_);
  if (number < 0 || number >= static_cast<std::int64_t>(sendings_.size()))
    return;  // somebody else's
  auto& by = subscribers_[static_cast<std::size_t>(subscriber)];
  if (!mark(by.by_connection[connection], number)) ++by.duplicated;
  if (!mark(by.has, number)) return;
  const auto& first = sendings_[static_cast<std::size_t>(by.from)];
  if (++by.received == 1) by.last = first.sent;
  if (const base::nanoseconds gap = now - by.last; gap > by.longest_gap) {
    by.longest_gap = gap;
    by.gap_began = by.last;
  }
  by.last = now;
  by.slowest = std::max<base::nanoseconds>(by.slowest,
                                           now - sendings_[static_cast<std::size_t>(number)].sent);
}

void MessageLedger::greeted(int subscriber, const std::string& greeting) {
  const std::lock_guard lock(mutex_);
  greetings_[greeting].insert(subscriber);
}

bool MessageLedger::heard(const std::string& greeting, Kind kind) const {
  const std::lock_guard lock(mutex_);
  const auto at = greetings_.find(greeting);
  for (std::size_t i = 0; i < subscribers_.size(); ++i) {
    const bool has = at != greetings_.end() && at->second.contains(static_cast<int>(i));
    if (subscribers_[i].kind == kind && !has) return false;
  }
  return true;
}

ProbeResult MessageLedger::result(base::Time now, bool final) const {
  const std::lock_guard lock(mutex_);
  ProbeResult result;
  result.sent = static_cast<std::int64_t>(sendings_.size());
  result.confirmed = confirmed_;
  result.resent = resent_;
  for (const auto& subscriber : subscribers_) {
    auto& reception = subscriber.kind == Kind::careful ? result.careful : result.plain;
    ++reception.subscribers;
    reception.received += subscriber.received;
    reception.duplicated += subscriber.duplicated;
    if (subscriber.longest_gap > reception.longest_gap) {
      reception.longest_gap = subscriber.longest_gap;
      reception.gap_subscriber = reception.subscribers;
      reception.gap_began = subscriber.gap_began - sendings_.front().sent;
    }
    reception.slowest = std::max(reception.slowest, subscriber.slowest);
    for (auto number = static_cast<std::size_t>(subscriber.from); number < sendings_.size();
         ++number) {
      const auto& sending = sendings_[number];
      if (!sending.is_confirmed || is_marked(subscriber.has, number)) continue;
      if (!final && now - sending.confirmed < kPatience) continue;
      ++reception.lost;
      const bool told =
          subscriber.kind != Kind::careful || result.lost_numbers.size() >= kNumbersTold;
      if (!told) result.lost_numbers.push_back(static_cast<std::int64_t>(number));
    }
  }
  return result;
}

bool MessageLedger::complete() const {
  const std::lock_guard lock(mutex_);
  return std::all_of(subscribers_.begin(), subscribers_.end(), [&](const Subscriber& subscriber) {
    for (auto number = static_cast<std::size_t>(subscriber.from); number < sendings_.size();
         ++number) {
      if (sendings_[number].is_confirmed && !is_marked(subscriber.has, number)) return false;
    }
    return true;
  });
}

}  // namespace watch
