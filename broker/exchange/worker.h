#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/counters.h"
#include "broker/exchange/endpoint.h"
#include "broker/exchange/outbox.h"
#include "broker/exchange/slow_work.h"
#include "broker/net/event_loop.h"
#include "broker/net/mailbox.h"
#include "broker/subjects/match_cache.h"

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

// One thread of the broker: its loop, the connections that live on it, and what it needs to publish
// without asking anyone. A connection lives and dies on one worker; workers talk only by mail.
//
//   workers.at(i).post([](Worker& worker) { ... });             // no answer wanted
//   auto counters = worker.ask([](Worker& w) { return w.counters(); }).get();
//
// Threads: post(), ask() and deliver() from any thread; the rest on the worker's own.
namespace broker {

class Workers;

// Another server that is to have the message in hand, and the queue groups it is to serve, parted
// by blanks.
struct ServerCopy {
  const std::shared_ptr<Destination>* to;
  std::string queues = {};
  const ImportedStream* imported = nullptr;  // a leaf node's: how it calls the stream
};

class Worker {
 public:
  Worker(Workers& all, unsigned index, unsigned count);
  ~Worker();

  unsigned index() const { return index_; }

  EventLoop& loop() { return loop_; }

  Outbox& outbox() { return outbox_; }

  Counters& counters() { return counters_; }

  Workers& all() { return all_; }

  std::minstd_rand& random() { return random_; }  // queue members are chosen with it

  MatchCache& matches(Account& account);

  // When the exchange looks for requests that nobody answered.
  struct Sweep {
    Timer timer;
    base::Time at = {};
  };

  Sweep& sweep() { return sweep_; }

  // Scratch space of Exchange::publish: which servers have the message, and which queue groups.
  std::vector<ServerCopy>& copies() { return copies_; }

  std::vector<std::string_view>& served() { return served_; }

  void post(std::function<void(Worker&)> task);
  void deliver(std::vector<Delivery> letter);

  // Runs `question` here and gives its answer to whoever holds the future. Not to be waited for on
  // a worker.
  template <class Question>
  auto ask(Question question) -> std::future<std::invoke_result_t<Question, Worker&>> {
    using Answer = std::invoke_result_t<Question, Worker&>;
    auto promise = std::make_shared<std::promise<Answer>>();
    post([promise, question = std::move(question)](Worker& worker) mutable {
      if constexpr (std::is_void_v<Answer>) {
        question(worker);
        promise->set_value();
      } else {
        promise->set_value(question(worker));
      }
    });
    return promise->get_future();
  }

  // The connections of this worker.
  Endpoint& adopt(std::unique_ptr<Endpoint> endpoint);
  void release(Endpoint& endpoint);  // destroyed in a later turn: it may still be on the call stack

  const std::unordered_map<Endpoint*, std::unique_ptr<Endpoint>>& endpoints() const {
    return endpoints_;
  }

 private:
  friend class Workers;
  void start();       // its thread
  void begin_stop();  // its connections are shut down; then the thread ends
  void join();
  void read_deliveries(std::vector<std::vector<Delivery>>& letters);

  Workers& all_;
  const unsigned index_;
  EventLoop loop_;
  Mailbox<std::vector<Delivery>> deliveries_;
  Outbox outbox_;
  Counters counters_;
  std::minstd_rand random_;
  std::vector<std::unique_ptr<MatchCache>> matches_;  // by account index
  std::unordered_map<Endpoint*, std::unique_ptr<Endpoint>> endpoints_;
  std::vector<std::unique_ptr<Endpoint>> released_;  // to be destroyed in the next turn
  std::vector<ServerCopy> copies_;
  std::vector<std::string_view> served_;
  Sweep sweep_;
  Timer farewell_;  // how long a stop waits for last words
  bool stopping_ = false;
  std::thread thread_;
};

// All workers of a server. Made, started and stopped by the server.
class Workers {
 public:
  explicit Workers(unsigned count);  // at least 1
  ~Workers();                        // stops them

  unsigned size() const { return static_cast<unsigned>(workers_.size()); }

  Worker& at(unsigned index) { return *workers_[index]; }

  Worker& next();  // for a new connection: each in turn. Any thread

  void start();
  void stop();  // shuts every connection down and joins the threads

  // What would hold up a worker. It may post to workers: it ends before they do.
  SlowWork& slow_work() { return slow_work_; }

  // What waits for other servers, apart from that.
  SlowWork& fetches() { return fetches_; }

  // Runs `task` on every worker, without waiting.
  void post_all(const std::function<void(Worker&)>& task);

  // Asks every worker and waits for all answers, in the order of the workers. Never on a worker's
  // thread.
  template <class Question>
  auto ask_all(Question question) {
    using Answer = std::invoke_result_t<Question, Worker&>;
    std::vector<std::future<Answer>> futures;
    for (auto& worker : workers_)
      futures.push_back(worker->ask(question));
    std::vector<Answer> answers;
    for (auto& future : futures)
      answers.push_back(future.get());
    return answers;
  }

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<unsigned> next_{0};
  bool running_ = false;
  SlowWork slow_work_;
  SlowWork fetches_;
};

}  // namespace broker
