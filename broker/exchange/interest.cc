#include "broker/exchange/interest.h"

#include <algorithm>

namespace broker {

namespace {

bool is_told_to_routes(Holder::Kind kind) {
  return kind == Holder::Kind::client || kind == Holder::Kind::leaf;
}

}  // namespace

std::int32_t InterestBook::count(const Entry& entry, std::string_view origin) {
  std::int32_t members = origin.empty() ? entry.clients : 0;
  for (const Held& held : entry.others) {
    if (is_told_to_routes(held.holder.kind) && held.holder.origin == origin)
      members += held.members;
  }
  return members;
}

std::int32_t InterestBook::count_all(const Entry& entry) {
  std::int32_t members = entry.clients;
  for (const Held& held : entry.others)
    members += is_told_to_routes(held.holder.kind) ? held.members : 0;
  return members;
}

std::int32_t& InterestBook::members_of(Entry& entry, const Holder& holder) {
  if (holder.kind == Holder::Kind::client) return entry.clients;
  for (Held& held : entry.others) {
    if (held.holder == holder) return held.members;
  }
  return entry.others.emplace_back(Held{holder}).members;
}

void InterestBook::add(const Account& account,
                       std::string_view subject,
                       std::string_view queue,
                       const Holder& holder,
                       std::int32_t members) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.try_emplace(Key(account.index(), subject, queue)).first;
  found->second.account = &account;
  change(found->second, found->first, holder, members);
}

void InterestBook::remove(const Account& account,
                          std::string_view subject,
                          std::string_view queue,
                          const Holder& holder,
                          std::int32_t members) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(Key(account.index(), subject, queue));
  if (found == entries_.end()) return;
  change(found->second, found->first, holder, -members);
  if (found->second.clients == 0 && found->second.others.empty()) entries_.erase(found);
}

void InterestBook::change(Entry& entry, const Key& key, const Holder& holder, std::int32_t by) {
  std::int32_t& members = members_of(entry, holder);
  by = std::max(by, -members);
  members += by;
  std::erase_if(entry.others, [](const Held& held) { return held.members == 0; });
  if (by != 0) tell(entry, key, holder, by);
}

void InterestBook::tell(const Entry& entry, const Key& key, const Holder& holder, std::int32_t by) {
  const auto& [index, subject, queue] = key;
  for (const Watcher& watcher : watchers_) {
    if (watcher.only == nullptr || watcher.only == entry.account)
      watcher.listener->on_change({*entry.account, subject, queue, holder, by});
  }
  if (tellers_.empty() || !is_told_to_routes(holder.kind)) return;
  for (const Teller& teller : tellers_) {
    const bool apart = teller.origins == Origins::apart;
    const std::int32_t now = apart ? count(entry, holder.origin) : count_all(entry);
    if (!queue.empty() || now == 0 || now == by)
      teller.listener->on_interest(
          {entry.account, subject, queue, now, apart ? holder.origin : std::string()});
  }
}

void InterestBook::append_told(const Key& key,
                               const Entry& entry,
                               Origins origins,
                               std::vector<Interest>& interests) {
  const bool apart = origins == Origins::apart;
  const auto append = [&](std::int32_t members, std::string origin) {
    const auto& [index, subject, queue] = key;
    if (members > 0)
      interests.push_back({entry.account, subject, queue, members, std::move(origin)});
  };
  append(apart ? count(entry, {}) : count_all(entry), {});
  if (!apart) return;
  std::vector<std::string_view> seen;
  for (const Held& held : entry.others) {
    const std::string& origin = held.holder.origin;
    if (origin.empty() || std::find(seen.begin(), seen.end(), origin) != seen.end()) continue;
    seen.emplace_back(origin);
    append(count(entry, origin), origin);
  }
}

void InterestBook::listen(InterestListener& listener, Origins origins) {
  const std::lock_guard lock(mutex_);
  std::vector<Interest> told;
  for (const auto& [key, entry] : entries_) {
    told.clear();
    append_told(key, entry, origins, told);
    for (const Interest& interest : told)
      listener.on_interest(interest);
  }
  tellers_.push_back({&listener, origins});
}

void InterestBook::forget(InterestListener& listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tellers_, [&](const Teller& each) { return each.listener == &listener; });
}

void InterestBook::listen(ChangeListener& listener, const Account* only) {
  const std::lock_guard lock(mutex_);
  const Holder clients;
  for (const auto& [key, entry] : entries_) {
    if (only != nullptr && only != entry.account) continue;
    const auto& [index, subject, queue] = key;
    if (entry.clients > 0)
      listener.on_change({*entry.account, subject, queue, clients, entry.clients});
    for (const Held& held : entry.others)
      listener.on_change({*entry.account, subject, queue, held.holder, held.members});
  }
  watchers_.push_back({&listener, only});
}

void InterestBook::forget(ChangeListener& listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watchers_, [&](const Watcher& each) { return each.listener == &listener; });
}

std::vector<Interest> InterestBook::all(Origins origins) const {
  const std::lock_guard lock(mutex_);
  std::vector<Interest> interests;
  for (const auto& [key, entry] : entries_)
    append_told(key, entry, origins, interests);
  return interests;
}

}  // namespace broker
