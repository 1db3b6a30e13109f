#include "broker/leaf/leaf_relay.h"

#include "broker/protocol/lines.h"

namespace broker {

LeafRelay::LeafRelay(Worker& worker, InterestBook& book, Listener listener, Say say)
    : worker_(worker), book_(book), listener_(std::move(listener)), say_(std::move(say)) {}

void LeafRelay::start(const Account& account, const std::vector<std::string>& always) {
  started_ = true;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& subject : always) {
      if (listener_.rights->may_ask(subject)) count(subject, {}, 1);
    }
  }
  waiting_ = true;  // nobody need wake us: we flush ourselves
  book_.listen(*this, &account);
  flush();
}

void LeafRelay::stop() {
  if (started_) book_.forget(*this);
  say_ = nullptr;
}

void LeafRelay::flush() {
  if (!waiting_.load(std::memory_order_acquire)) return;
  std::string lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(gathered_);
    waiting_.store(false, std::memory_order_release);
  }
  if (say_ && !lines.empty()) say_(lines);
}

void LeafRelay::on_change(const InterestChange& change) {
  if (!is_told(change)) return;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    count(change.subject, change.queue, change.change);
    first = !gathered_.empty() && !waiting_.exchange(true);
  }
  // Shared ownership: the session may be gone when its worker gets to this.
  if (first) worker_.post([self = shared_from_this()](Worker&) { self->flush(); });
}

bool LeafRelay::is_told(const InterestChange& change) const {
  using Kind = Holder::Kind;
  const Holder& holder = change.holder;
  const LeafSide& side = *listener_.to->leaf;
  if (holder.by == listener_.to.get()) return false;
  if (!holder.origin.empty() && holder.origin == side.cluster) return false;
  // A loop must show wherever it goes.
  if (change.subject.starts_with(kLoopSubjects)) return true;
  const bool of_leafs = holder.kind == Kind::leaf || holder.kind == Kind::hub;
  if (of_leafs && listener_.isolated) return false;
  if (side.hub && holder.kind != Kind::client && holder.kind != Kind::service &&
      holder.kind != Kind::leaf) {
    return false;
  }
  return listener_.rights->may_ask(change.subject);
}

void LeafRelay::count(std::string_view subject, std::string_view queue, std::int32_t change) {
  const auto place = wanted_.try_emplace(Key(subject, queue), 0).first;
  const std::int32_t before = place->second;
  const std::int32_t now = place->second = std::max(before + change, 0);
  if (now == 0) wanted_.erase(place);
  if (now == 0 && before > 0) {
    gathered_ += ls_minus_line(subject, queue);
  } else if (now > 0 && (before == 0 || !queue.empty())) {
    gathered_ += ls_plus_line(subject, queue, now);
  }
}

}  // namespace broker
