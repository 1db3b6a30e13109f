#pragma once

#include "broker/exchange/exchange.h"

#include <memory>
#include <string>

// An exchange with connections that keep what they are sent; all on the test's own thread.
namespace exchange_bench {

using namespace broker;

// A connection that keeps what it is sent.
class Listening : public Endpoint {
 public:
  Listening(Worker& worker, Destination::Kind kind, std::uint64_t id)
      : destination_(
            std::make_shared<Destination>(kind, worker.index(), id, "test", worker.all().size())) {
    destination_->endpoint = this;
    destination_->max_pending = 1024;
  }

  const std::shared_ptr<Destination>& destination() const override { return destination_; }

  Chunk& outgoing(std::size_t) override { return sent; }

  void deliver(Chunk chunk) override { sent.append(chunk.view()); }

  void count_delivered(std::uint64_t, std::uint64_t) override {}

  void overflow() override { overflowed = true; }

  void exhausted(const SubscriptionPtr&) override {}

  void shut_down() override {}

  std::string take() {
    std::string text(sent.view());
    sent.clear();
    return text;
  }

  Chunk sent;
  bool overflowed = false;

 private:
  std::shared_ptr<Destination> destination_;
};

// One worker whose thread is the test's own: nothing here needs its loop.
struct Bench {
  SubscriptionPtr subscribe(Listening& who,
                            std::string subject,
                            std::string queue = {},
                            std::int32_t weight = 1) {
    auto subscription = std::make_shared<Subscription>();
    switch (who.destination()->kind) {
      case Destination::Kind::route:
        subscription->kind = Subscription::Kind::routed;
        break;
      case Destination::Kind::leaf:
        subscription->kind = Subscription::Kind::leaf;
        subscription->origin = who.destination()->leaf->cluster;
        break;
      default:
        break;
    }
    subscription->subject = std::move(subject);
    subscription->queue = std::move(queue);
    subscription->sid = "1";
    subscription->weight = weight;
    subscription->to = who.destination();
    exchange.subscribe(account, subscription);
    return subscription;
  }

  // A leaf node: of `cluster`, below us or our hub.
  std::unique_ptr<Listening> leaf(std::uint64_t id, std::string cluster = {}, bool hub = false) {
    auto made = std::make_unique<Listening>(worker, Destination::Kind::leaf, id);
    made->destination()->leaf = std::make_shared<const LeafSide>(LeafSide{hub, std::move(cluster)});
    return made;
  }

  unsigned arrive(const Listening& by, std::string_view queues = {}, std::string_view origin = {}) {
    return exchange.publish_arrived(worker,
                                    account,
                                    {"a", "", "hi", 0},
                                    {*by.destination(), queues, origin},
                                    {.from = by.destination().get(), .echo = false});
  }

  unsigned publish(std::string_view subject,
                   Publisher publisher = {},
                   std::string_view reply = {}) {
    return exchange.publish(worker, account, {subject, reply, "hi", 0}, publisher);
  }

  Workers workers{2};
  Worker& worker = workers.at(0);
  AccountTable accounts;
  Account& account = accounts.global();
  Exchange exchange;
  Listening alice{worker, Destination::Kind::client, 1};
  Listening bob{worker, Destination::Kind::client, 2};
  Listening route{worker, Destination::Kind::route, 3};
};

}  // namespace exchange_bench
