#include "watch/watcher.h"

#include "watch/look.h"
#include "watch/monitor_client.h"
#include "watch/system_view.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace watch {

namespace {

constexpr auto kCalm = std::chrono::seconds(1);
constexpr auto kQuick = std::chrono::milliseconds(250);

constexpr int kClientsAPage = 1024;  // what nats-server gives at most without being asked for more
constexpr base::nanoseconds kPagePatience = std::chrono::seconds(2);

// One node and the thread that looks at it. All but the thread is protected by State::mutex.
struct Poller {
  plan::Node node;
  std::optional<Sample> latest;
  std::uint64_t asked = 0;     // how often somebody wanted a look
  std::uint64_t answered = 0;  // up to which of these there is an answer that was begun after it
  std::jthread thread;
};

}  // namespace

struct Watcher::State {
  State(base::Clock& c, std::optional<SystemSettings> settings) : clock(c) {
    if (settings) system = std::make_unique<SystemAccount>(*std::move(settings));
  }

  base::Clock& clock;
  std::unique_ptr<SystemAccount> system;
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  Pace pace = Pace::calm;
  std::map<std::string, std::shared_ptr<Poller>> pollers;

  std::unique_ptr<Asking> way_of(const plan::Node& node) const {
    if (!node.monitor && system) return std::make_unique<SystemView>(*system, node);
    return std::make_unique<MonitorClient>(node.monitor);
  }

  // The poller's thread. The pace is real time also under a clock that a test moves: it is not what
  // is judged, `taken` is.
  void poll(const std::stop_token& stop, Asking& server, Poller& poller) {
    Memory memory;
    while (!stop.stop_requested()) {
      std::unique_lock lock(mutex);
      const auto begun = poller.asked;
      lock.unlock();
      auto sample = watch::look(server, poller.node.name, memory, clock);
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

Watcher::Watcher(base::Clock& clock, std::optional<SystemSettings> system)
    : state_(std::make_unique<State>(clock, std::move(system))) {}

Watcher::~Watcher() {
  for (auto& [node, poller] : state_->pollers)
    poller->thread.request_stop();
  for (auto& [node, poller] : state_->pollers)
    poller->thread.join();
}

void Watcher::add(const plan::Node& node) {
  remove(node.name);
  auto poller = std::make_shared<Poller>();
  poller->node = node;
  const std::lock_guard lock(state_->mutex);
  poller->asked = 1;
  poller->thread = std::jthread([this, &poller = *poller](const std::stop_token& stop) {
    const auto server = state_->way_of(poller.node);
    state_->poll(stop, *server, poller);
  });
  state_->pollers[node.name] = std::move(poller);
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

base::Result<std::vector<contract::ConnInfo>> Watcher::clients(const std::string& node) const {
  std::unique_ptr<Asking> server;
  {
    const std::lock_guard lock(state_->mutex);
    const auto at = state_->pollers.find(node);
    if (at == state_->pollers.end()) {
      return base::Error(base::ErrorCode::not_found, node + ": it is not watched");
    }
    server = state_->way_of(at->second->node);
  }
  server->begin();
  TRY(server->ask(Question::varz, {}, kPagePatience));  // the system account learns who it is
  std::vector<contract::ConnInfo> all;
  for (;;) {
    const auto options = base::Json::object(
        {{"limit", kClientsAPage}, {"offset", static_cast<std::int64_t>(all.size())}});
    const auto answer = TRY(server->ask(Question::connz, options, kPagePatience));
    auto page = TRY(contract::Connz::from_json(answer));
    for (auto& client : page.connections)
      all.push_back(std::move(client));
    if (page.connections.size() < static_cast<std::size_t>(kClientsAPage)) return all;
  }
}

SystemAccount* Watcher::system() const {
  return state_->system.get();
}

}  // namespace watch
