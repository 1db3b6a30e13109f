#include "watch/watcher.h"

#include "watch/monitor_client.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace watch {

namespace {

constexpr auto kCalm = std::chrono::seconds(1);
constexpr auto kQuick = std::chrono::milliseconds(250);

// One node and the thread that looks at it. All but the thread is protected by State::mutex.
struct Poller {
  std::optional<Sample> latest;
  std::uint64_t asked = 0;     // how often somebody wanted a look
  std::uint64_t answered = 0;  // up to which of these there is an answer that was begun after it
  std::jthread thread;
};

}  // namespace

struct Watcher::State {
  explicit State(base::Clock& c) : clock(c) {}

  base::Clock& clock;
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  Pace pace = Pace::calm;
  std::map<std::string, std::shared_ptr<Poller>> pollers;

  // The poller's thread. The pace is real time also under a clock that a test moves: it is not what
  // is judged, `taken` is.
  void poll(const std::stop_token& stop, MonitorClient client, Poller& poller) {
    while (!stop.stop_requested()) {
      std::unique_lock lock(mutex);
      const auto begun = poller.asked;
      lock.unlock();
      auto sample = client.look(clock);
      lock.lock();
      poller.latest = std::move(sample);
      poller.answered = begun;
      changed.notify_all();
      const auto end = std::chrono::steady_clock::now() + (pace == Pace::quick ? kQuick : kCalm);
      const auto now_pace = pace;
      changed.wait_until(
          lock, stop, end, [&] { return poller.asked != poller.answered || pace != now_pace; });
    }
  }
};

Watcher::Watcher(base::Clock& clock) : state_(std::make_unique<State>(clock)) {}

Watcher::~Watcher() {
  for (auto& [node, poller] : state_->pollers)
    poller->thread.request_stop();
  for (auto& [node, poller] : state_->pollers)
    poller->thread.join();
}

void Watcher::add(const std::string& node, const plan::Address& monitor) {
  remove(node);
  auto poller = std::make_shared<Poller>();
  const std::lock_guard lock(state_->mutex);
  poller->asked = 1;
  poller->thread =
      std::jthread([this, &poller = *poller, node, monitor](const std::stop_token& stop) {
        state_->poll(stop, MonitorClient(node, monitor), poller);
      });
  state_->pollers[node] = std::move(poller);
}

void Watcher::remove(const std::string& node) {
  std::shared_ptr<Poller> gone;
  {
    const std::lock_guard lock(state_->mutex);
    const auto at = state_->pollers.find(node);
    if (at == state_->pollers.end()) return;
    gone = std::move(at->second);
    state_->pollers.erase(at);
    state_->changed.notify_all();
  }
  gone->thread.request_stop();
  gone->thread.join();
}

void Watcher::set_pace(Pace pace) {
  const std::lock_guard lock(state_->mutex);
  state_->pace = pace;
  state_->changed.notify_all();
}

Snapshot Watcher::latest() const {
  const std::lock_guard lock(state_->mutex);
  Snapshot snapshot;
  for (const auto& [node, poller] : state_->pollers) {
    if (poller->latest) snapshot.nodes[node] = *poller->latest;
  }
  return snapshot;
}

Snapshot Watcher::look() {
  {
    std::unique_lock lock(state_->mutex);
    std::vector<std::pair<std::shared_ptr<Poller>, std::uint64_t>> wanted;
    for (auto& [node, poller] : state_->pollers)
      wanted.emplace_back(poller, ++poller->asked);
    state_->changed.notify_all();
    state_->changed.wait(lock, [&] {
      return std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) {
        const bool removed = std::none_of(state_->pollers.begin(),
                                          state_->pollers.end(),
                                          [&](const auto& at) { return at.second == want.first; });
        return removed || want.first->answered >= want.second;
      });
    });
  }
  return latest();
}

}  // namespace watch
