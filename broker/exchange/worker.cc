#include "broker/exchange/worker.h"

namespace broker {

namespace {

// How long a stopping worker lets its connections write what still waits.
constexpr auto kLastWords = std::chrono::seconds(1);

}  // namespace

Worker::Worker(Workers& all, unsigned index, unsigned count)
    : all_(all),
      index_(index),
      deliveries_(
          loop_, [this](std::vector<std::vector<Delivery>>& letters) { read_deliveries(letters); }),
      outbox_(*this, count),
      random_(std::random_device()()),
      sweep_{Timer(loop_)},
      farewell_(loop_) {}

Worker::~Worker() = default;

MatchCache& Worker::matches(Account& account) {
  if (account.index() >= matches_.size()) matches_.resize(account.index() + 1);
  auto& cache = matches_[account.index()];
  if (cache == nullptr) cache = std::make_unique<MatchCache>(account.subscriptions());
  return *cache;
}

void Worker::post(std::function<void(Worker&)> task) {
  loop_.post([this, task = std::move(task)] { task(*this); });
}

void Worker::deliver(std::vector<Delivery> letter) {
  deliveries_.send(std::move(letter));
}

void Worker::read_deliveries(std::vector<std::vector<Delivery>>& letters) {
  for (auto& letter : letters) {
    for (Delivery& delivery : letter) {
      delivery.to->pending.fetch_sub(delivery.chunk.size(), std::memory_order_relaxed);
      Endpoint* endpoint = delivery.to->endpoint;
      if (endpoint == nullptr) continue;  // it has gone
      if (!delivery.chunk.empty()) endpoint->deliver(std::move(delivery.chunk));
      if (delivery.overflow && delivery.to->endpoint != nullptr) endpoint->overflow();
    }
  }
}

Endpoint& Worker::adopt(std::unique_ptr<Endpoint> endpoint) {
  Endpoint& adopted = *endpoint;
  endpoints_.emplace(&adopted, std::move(endpoint));
  return adopted;
}

void Worker::release(Endpoint& endpoint) {
  const auto found = endpoints_.find(&endpoint);
  if (found == endpoints_.end()) return;
  // A task of its own: the endpoint may be on the call stack, or be the turn work in hand.
  if (released_.empty()) loop_.post([this] { released_.clear(); });
  released_.push_back(std::move(found->second));
  endpoints_.erase(found);
  if (stopping_ && endpoints_.empty()) loop_.stop();
}

void Worker::start() {
  thread_ = std::thread([this] { loop_.run(); });
}

void Worker::begin_stop() {
  post([](Worker& worker) {
    worker.stopping_ = true;
    std::vector<Endpoint*> all;
    for (const auto& [endpoint, owned] : worker.endpoints_)
      all.push_back(endpoint);
    for (Endpoint* endpoint : all)
      endpoint->shut_down();
    if (worker.endpoints_.empty()) return worker.loop_.stop();
    worker.farewell_.start(kLastWords, [&worker] { worker.loop_.stop(); });
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
  endpoints_.clear();
  released_.clear();
}

Workers::Workers(unsigned count) {
  for (unsigned index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(*this, index, count));
  }
}

Workers::~Workers() {
  stop();
}

Worker& Workers::next() {
  return *workers_[next_.fetch_add(1, std::memory_order_relaxed) % size()];
}

void Workers::start() {
  running_ = true;
  for (auto& worker : workers_)
    worker->start();
}

void Workers::stop() {
  if (!std::exchange(running_, false)) return;
  for (auto& worker : workers_)
    worker->begin_stop();
  for (auto& worker : workers_)
    worker->join();
}

void Workers::post_all(const std::function<void(Worker&)>& task) {
  for (auto& worker : workers_)
    worker->post(task);
}

}  // namespace broker
