#include "broker/server/lame_duck.h"

#include "broker/sessions/client_session.h"

#include <algorithm>

namespace broker {

LameDuckPace lame_duck_pace(base::nanoseconds window, std::size_t clients) {
  if (clients == 0) return {};
  const auto count = static_cast<std::int64_t>(clients);
  const std::int64_t step = window.count() / count;
  if (step >= 1)
    return {std::min<base::nanoseconds>(base::nanoseconds(step), std::chrono::seconds(1)), 1};
  // More clients than nanoseconds: several at once.
  const std::int64_t batch = window.count() > 0 ? count / window.count() : count;
  return {base::nanoseconds(1), static_cast<std::size_t>(std::max<std::int64_t>(batch, 1))};
}

LameDuck::LameDuck(EventLoop& loop, Workers& workers, Plan plan, Task closing, Task done)
    : workers_(workers),
      plan_(plan),
      closing_(std::move(closing)),
      done_(std::move(done)),
      timer_(loop),
      random_(std::random_device{}()) {
  timer_.start(plan_.grace, [this] { begin(); });
}

void LameDuck::begin() {
  closing_();
  const auto found = workers_.ask_all([](Worker& worker) {
    std::vector<std::shared_ptr<Destination>> clients;
    for_each_client(worker,
                    [&](ClientSession& client) { clients.push_back(client.destination()); });
    return clients;
  });
  for (const auto& clients : found)
    waiting_.insert(waiting_.end(), clients.begin(), clients.end());
  std::shuffle(waiting_.begin(), waiting_.end(), random_);
  pace_ = lame_duck_pace(plan_.window, waiting_.size());
  close_some();
}

void LameDuck::close_some() {
  for (std::size_t i = 0; i < pace_.batch && !waiting_.empty(); ++i) {
    const std::shared_ptr<Destination> client = std::move(waiting_.back());
    waiting_.pop_back();
    workers_.at(client->worker).post([client](Worker&) {
      if (client->endpoint != nullptr) client->endpoint->shut_down();
    });
  }
  if (waiting_.empty()) {
    done_();
    return;
  }
  const std::int64_t half = pace_.step.count() / 2;
  std::uniform_int_distribution<std::int64_t> extra(0, std::max<std::int64_t>(half, 1));
  timer_.start(base::nanoseconds(half + extra(random_)), [this] { close_some(); });
}

}  // namespace broker
