#include "broker/sessions/keepalive.h"

#include <random>

namespace broker {

namespace {

constexpr auto kMeasureAgainAfter = std::chrono::hours(1);

// A duration and up to a fifth more: a thousand connections made at once are not pinged at once.
base::nanoseconds jittered(base::nanoseconds duration) {
  static thread_local std::minstd_rand random{std::random_device()()};
  const auto most = duration.count() / 5;
  if (most <= 0) return duration;
  return duration + base::nanoseconds(std::uniform_int_distribution<std::int64_t>(0, most)(random));
}

}  // namespace

Keepalive::Keepalive(EventLoop& loop, KeepaliveSettings settings, Calls calls)
    : loop_(loop), settings_(settings), calls_(std::move(calls)), timer_(loop) {}

void Keepalive::start() {
  if (timer_.is_running()) return;
  arm(std::min(jittered(settings_.first_ping), settings_.interval));
}

void Keepalive::stop() {
  timer_.stop();
}

void Keepalive::set(KeepaliveSettings settings) {
  const bool sooner = settings.interval < settings_.interval;
  settings_ = settings;
  if (sooner && timer_.is_running() && !first_) arm(settings_.interval);
}

void Keepalive::arm(base::nanoseconds after) {
  timer_.start(after, [this] { tick(); });
}

void Keepalive::on_traffic() {
  last_traffic_ = loop_.now();
}

void Keepalive::on_pong() {
  out_ = 0;
  if (ping_sent_ == base::Time{}) return;
  const base::Time now =
      std::chrono::steady_clock::now();  // the turn's time would hide a short trip
  rtt_ = std::max(base::nanoseconds(now - ping_sent_), base::nanoseconds(1));
  rtt_measured_ = now;
  ping_sent_ = {};
}

void Keepalive::tick() {
  const base::Time now = loop_.now();
  const bool first = std::exchange(first_, false);
  const bool measure = rtt_measured_ == base::Time{} || now - rtt_measured_ > kMeasureAgainAfter;
  const bool quiet = now - last_traffic_ >= settings_.interval;
  if (first || quiet || measure) {
    if (out_ >= settings_.max_out) return calls_.stale();
    ++out_;
    ping_sent_ = std::chrono::steady_clock::now();
    calls_.send_ping();
  } else {
    out_ = 0;
  }
  arm(settings_.interval);
}

}  // namespace broker
