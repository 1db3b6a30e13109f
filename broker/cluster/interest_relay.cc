#include "broker/cluster/interest_relay.h"

#include "broker/protocol/lines.h"

namespace broker {

InterestRelay::InterestRelay(Worker& worker, InterestBook& book, RoutePermission import, Say say)
    : worker_(worker), book_(book), import_(std::move(import)), say_(std::move(say)) {}

void InterestRelay::start(RoutePermission peer_export, InterestBook::Origins origins) {
  {
    const std::lock_guard lock(mutex_);
    peer_export_ = std::move(peer_export);
  }
  started_ = true;
  origins_ = origins;
  book_.listen(*this, origins_);
  flush();
}

void InterestRelay::set_peer_export(const RoutePermission& peer_export) {
  RoutePermission before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(peer_export_, peer_export);
  }
  for (const Interest& interest : book_.all(origins_)) {
    if (before.allows(interest.subject)) continue;
    const std::lock_guard lock(mutex_);
    gather(interest);
  }
  waiting_ = true;
  flush();
}

void InterestRelay::stop() {
  if (started_) book_.forget(*this);
  say_ = nullptr;
}

void InterestRelay::flush() {
  if (!waiting_.load(std::memory_order_acquire)) return;
  std::string lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(gathered_);
    waiting_.store(false, std::memory_order_release);
  }
  if (say_ && !lines.empty()) say_(lines);
}

void InterestRelay::on_interest(const Interest& interest) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    gather(interest);
    first = !waiting_.exchange(true);
  }
  // Shared ownership: the session may be gone when its worker gets to this.
  if (first) worker_.post([self = shared_from_this()](Worker&) { self->flush(); });
}

bool InterestRelay::is_told(const Interest& interest) const {
  return import_.allows(interest.subject) && peer_export_.allows(interest.subject);
}

void InterestRelay::gather(const Interest& interest) {
  if (!is_told(interest)) return;
  const auto& [told, subject, queue, members, origin] = interest;
  const std::string& account = told->name();
  if (origin.empty()) {
    gathered_ += members > 0 ? rs_plus_line(account, subject, queue, members)
                             : rs_minus_line(account, subject, queue);
  } else {
    gathered_ += members > 0 ? routed_ls_plus_line(origin, account, subject, queue, members)
                             : routed_ls_minus_line(origin, account, subject, queue);
  }
}

}  // namespace broker
