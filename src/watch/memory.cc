#include "watch/memory.h"

#include "watch/observe.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace watch {

bool Memory::wants_jetstream(const std::string& server_id, base::Time now) const {
  return server_id != server_id_ || !latest_ || now - latest_->taken >= every_;
}

void Memory::keep_jetstream(JetStreamSight sight, base::nanoseconds every) {
  if (before_) earlier_.insert(earlier_.begin(), std::move(before_));
  thin_out(sight.taken);
  before_ = std::move(latest_);
  latest_ = std::make_shared<const JetStreamSight>(std::move(sight));
  every_ = every;
}

void Memory::forget_jetstream() {
  latest_.reset();
  before_.reset();
  earlier_.clear();
}

bool Memory::wants_refused(const contract::Varz& varz, base::Time now) {
  if (std::exchange(refused_by_, varz.server_id) != varz.server_id) {
    refused_.reset();
    came_.reset();
  }
  if (std::exchange(came_, varz.total_connections) != varz.total_connections || !came_)
    last_came_ = now;
  return !refused_ || now - last_came_ <= kSomeTime;
}

void Memory::thin_out(base::Time now) {
  // Of those that are between 2^n and 2^(n+1) milliseconds old the oldest stays: the one that comes
  // next into the class above.
  std::optional<int> older_class;
  std::vector<std::shared_ptr<const JetStreamSight>> kept;
  for (auto at = earlier_.rbegin(); at != earlier_.rend(); ++at) {
    const auto age = std::chrono::duration_cast<base::milliseconds>(now - (*at)->taken);
    const auto age_class = static_cast<int>(
        std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0))));
    if (now - (*at)->taken > kLongTime || age_class == older_class) continue;
    older_class = age_class;
    kept.insert(kept.begin(), *at);
  }
  earlier_ = std::move(kept);
}

void Memory::complete(Sample& sample) {
  const auto id = sample.varz ? sample.varz->server_id : std::string();
  const auto is_of_it = [&](const auto& sight) { return sight && sight->jsz.server_id == id; };
  if (id != server_id_) looks_.clear();
  if (!is_of_it(latest_)) latest_.reset();
  if (!is_of_it(before_)) before_.reset();
  if (!latest_) earlier_.clear();
  server_id_ = id;
  sample.jetstream = latest_;
  sample.jetstream_before = before_;
  sample.jetstream_earlier = earlier_;
  sample.jetstream_every = every_;
  if (refused_by_ == id) sample.refused_clients = refused_;
  if (id.empty()) return;
  while (!looks_.empty() && sample.taken - looks_.front().taken > kSomeTime)
    looks_.pop_front();
  if (!looks_.empty()) {
    sample.last_look = looks_.back();
    sample.some_time_ago = looks_.front();
  }
  const auto& api = sample.varz->jetstream["stats"]["api"];
  looks_.push_back({.taken = sample.taken,
                    .healthy = sample.healthz && sample.healthz->ok(),
                    .slow_consumers = sample.varz->slow_consumers.value_or(0),
                    .api_errors = api["errors"].unsigned_integer(),
                    .newest_route = newest_route(sample)});
}

}  // namespace watch
