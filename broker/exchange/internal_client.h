#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/exchange.h"
#include "broker/exchange/worker.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// The server as a client of its own: subscribes and publishes without a socket. What is delivered
// to it is written as to any client, and read again when its worker's turn ends; so the exchange
// knows nothing of it.
//
//   InternalClient client(workers.at(0), exchange, ids);
//   client.subscribe(account, "$SYS.REQ.SERVER.PING", Reach::everywhere, [](const Received& m) {});
//   client.publish(account, {"reply.subject", "", "body"});
//
// Threads: subscribe() while the workers do not run; publish() and flushed() from any thread, in
// order; handlers are called on its worker, which they must not hold up. Destroyed when the workers
// do not run any more.
namespace broker {

// A message that was delivered. Valid during the call.
struct Received {
  std::string_view subject = {};
  std::string_view reply = {};
  std::string_view headers = {};
  std::string_view payload = {};
};

// A message to be published.
struct Letter {
  std::string subject = {};
  std::string reply = {};
  std::string body = {};
};

// Who is told of a subscription.
enum class Reach { everywhere, this_server };

class InternalClient final : public Endpoint, private TurnWork {
 public:
  using Handler = std::function<void(const Received&)>;

  InternalClient(Worker& worker, Exchange& exchange, std::uint64_t id);
  ~InternalClient() override;

  // With a queue, one of its members hears each message.
  void subscribe(
      Account& account, std::string subject, Reach reach, Handler handler, std::string queue = {});

  // Not delivered to this client itself. How many took it is told to `receivers`, on the worker.
  void publish(Account& account, Letter letter, std::function<void(unsigned)> receivers = {});

  // Returns when all that was published before is on its way; not on a worker.
  void flush();

  Worker& worker() { return worker_; }

  // Endpoint
  const std::shared_ptr<Destination>& destination() const override { return destination_; }

  Chunk& outgoing(std::size_t bytes) override;
  void deliver(Chunk chunk) override;

  void count_delivered(std::uint64_t, std::uint64_t) override {}

  void overflow() override;

  void exhausted(const SubscriptionPtr&) override {}

  void shut_down() override {}

 private:
  void at_turn_end() override;
  void hand_on(std::string_view line, std::string_view& rest);

  Worker& worker_;
  Exchange& exchange_;
  std::shared_ptr<Destination> destination_;
  std::vector<Handler> handlers_;  // by sid
  Chunk inbox_;
  Chunk reading_;
};

}  // namespace broker
