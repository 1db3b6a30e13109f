#include "watch/watcher.h"

#include "watch/look.h"
#include "watch/monitor_client.h"
#include "watch/system_view.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace watch {

namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr auto kCalm = std::chrono::seconds(1);
constexpr auto kQuick = std::chrono::milliseconds(250);

// A new node is left alone for so long: who wants to know it says so, and then it is asked once.
constexpr auto kFirst = std::chrono::milliseconds(20);

// Between two threads that join those at work: time enough for these to be done with quick servers.
constexpr auto kJoin = std::chrono::milliseconds(10);

constexpr int kClientsAPage = 1024;  // what nats-server gives at most without being asked for more
constexpr base::nanoseconds kPagePatience = std::chrono::seconds(2);

// One node. Protected by State::mutex, but for the first two while `at_work`: they are its
// thread's.
struct Poller {
  std::unique_ptr<Asking> server;
  Memory memory;
  plan::Node node;
  bool at_work = false;  // a thread asks it now
  Instant finished{};    // when it was asked last
  std::optional<Sample> latest;
  std::uint64_t asked = 0;     // how often somebody wanted a look
  std::uint64_t answered = 0;  // up to which of these there is an answer that was begun after it
};

using PollerPtr = std::shared_ptr<Poller>;

}  // namespace

// A few threads look at many nodes. One of them leads: it waits for the node that is due next,
// takes it, and another leads in its place. Who is done with a node takes those that are due by
// then, without waiting. Servers that answer at once need one thread, and one that does not answer
// keeps its thread for seconds; so there are as many threads as servers that keep us waiting, and
// one that leads.
struct Watcher::State {
  State(base::Clock& c, std::optional<SystemSettings> settings) : clock(c) {
    if (settings) system = std::make_unique<SystemAccount>(*std::move(settings));
  }

  base::Clock& clock;
  std::unique_ptr<SystemAccount> system;
  mutable std::mutex mutex;
  std::condition_variable follow;    // nobody leads, or it is over
  std::condition_variable lead;      // what the leader waits for may have changed, or it is over
  std::condition_variable answered;  // a node was looked at, or is gone
  Pace pace = Pace::calm;
  bool over = false;
  bool is_led = false;
  std::map<std::string, PollerPtr> pollers;
  std::vector<std::thread> threads;
  std::size_t busy = 0;
  Instant next_join{};
  Instant leads_from = Instant::max();  // when the leader wakes by itself

  std::unique_ptr<Asking> way_of(const plan::Node& node) const {
    if (!node.monitor && system) return std::make_unique<SystemView>(*system, node);
    using End = MonitorClient::AtItsEnd;
    return std::make_unique<MonitorClient>(node.monitor,
                                           node.executor.is_pod() ? End::vanishes : End::refuses);
  }

  // The pace is real time also under a clock that a test moves: it is not what is judged, `taken`
  // is.
  Instant due(const Poller& poller) const {
    if (poller.asked != poller.answered) return {};
    return poller.finished + (pace == Pace::quick ? kQuick : kCalm);
  }

  // The node that is due first, of those that nobody asks now.
  PollerPtr next() const {
    PollerPtr first;
    for (const auto& [node, poller] : pollers) {
      if (!poller->at_work && (!first || due(*poller) < due(*first))) first = poller;
    }
    return first;
  }

  // Somebody leads as long as there is a node that nobody asks. The mutex is held.
  void hire() {
    const auto wanted = std::min(busy + 1, pollers.size());
    if (!over && threads.size() < wanted) threads.emplace_back([this] { serve(); });
  }

  void serve() {
    std::unique_lock lock(mutex);
    for (;;) {
      follow.wait(lock, [this] { return over || !is_led; });
      if (over) return;
      is_led = true;
      auto poller = wait_for_one(lock);
      is_led = false;
      next_join = std::chrono::steady_clock::now() + kJoin;
      while (poller) {
        look_at(*poller, lock);
        poller = over ? nullptr : next();
        if (poller && due(*poller) > std::chrono::steady_clock::now()) poller = nullptr;
      }
    }
  }

  // The leader's part; nullptr when it is over.
  PollerPtr wait_for_one(std::unique_lock<std::mutex>& lock) {
    while (!over) {
      auto poller = next();
      leads_from = Instant::max();
      if (poller) leads_from = std::max(due(*poller), busy == 0 ? Instant{} : next_join);
      if (leads_from <= std::chrono::steady_clock::now()) return poller;
      if (poller) {
        lead.wait_until(lock, leads_from);
      } else {
        lead.wait(lock);
      }
    }
    return nullptr;
  }

  void look_at(Poller& poller, std::unique_lock<std::mutex>& lock) {
    const auto begun = poller.asked;
    poller.at_work = true;
    ++busy;
    hire();
    follow.notify_one();
    lock.unlock();
    auto sample = watch::look(*poller.server, poller.node.name, poller.memory, clock);
    lock.lock();
    --busy;
    poller.at_work = false;
    poller.latest = std::move(sample);
    poller.answered = begun;
    poller.finished = std::chrono::steady_clock::now();
    answered.notify_all();
    if (due(poller) < leads_from) lead.notify_one();
  }
};

Watcher::Watcher(base::Clock& clock, std::optional<SystemSettings> system)
    : state_(std::make_unique<State>(clock, std::move(system))) {}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->over = true;
    state_->follow.notify_all();
    state_->lead.notify_all();
  }
  for (auto& thread : state_->threads)  // none is hired any more
    thread.join();
}

void Watcher::add(const plan::Node& node) {
  remove(node.name);
  auto poller = std::make_shared<Poller>();
  poller->node = node;
  poller->server = state_->way_of(node);
  poller->finished = std::chrono::steady_clock::now() + kFirst - kCalm;
  const std::lock_guard lock(state_->mutex);
  state_->pollers[node.name] = std::move(poller);
  state_->hire();
  state_->lead.notify_one();
}

void Watcher::remove(const std::string& node) {
  std::unique_lock lock(state_->mutex);
  const auto at = state_->pollers.find(node);
  if (at == state_->pollers.end()) return;
  const auto gone = at->second;
  state_->pollers.erase(at);
  state_->answered.notify_all();
  state_->answered.wait(lock, [&] { return !gone->at_work; });
}

void Watcher::set_pace(Pace pace) {
  const std::lock_guard lock(state_->mutex);
  state_->pace = pace;
  state_->lead.notify_one();
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
    state_->lead.notify_one();
    state_->answered.wait(lock, [&] {
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
