#pragma once

#include "base/result.h"
#include "base/units.h"
#include "plan/plan.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A NATS client connection: the one door to libnats, the official C client.
namespace watch {

struct Message {
  std::string subject;
  std::string reply;
  std::string data;
  bool no_responders = false;  // it is a server's word that nobody is there to answer
};

// Called by libnats's threads: short, and without calling back into the connection.
struct ConnectionEvents {
  std::function<void()> lame_duck = [] {};  // its server asks clients to go
  std::function<void()> disconnected = [] {};
  std::function<void()> reconnected = [] {};
  std::function<void()> closed = [] {};  // for good
};

struct ConnectSettings {
  // none: one server, and the connection ends with it; library: as the library does it unless told
  // otherwise (60 tries, 2 s apart); forever: it never gives up.
  enum class Reconnect { none, library, forever };

  std::vector<std::string> servers;  // "nats://127.0.0.1:4222"
  std::string name;                  // shown in /connz
  plan::Access access;
  Reconnect reconnect = Reconnect::library;
  base::nanoseconds timeout = std::chrono::seconds(2);  // for the connection to be made
  ConnectionEvents events;
};

// Threads: any thread may call any method.
class NatsConnection {
 public:
  static base::Result<std::unique_ptr<NatsConnection>> open(const ConnectSettings& settings);
  ~NatsConnection();
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  // Into the connection's buffer; on the wire at the latest with the next flush().
  base::Result<void> publish(const std::string& subject,
                             std::string_view data,
                             const std::string& reply = {});

  // Returns when the server has answered a PING sent after all that was published and subscribed.
  base::Result<void> flush(base::nanoseconds timeout);

  // `handler` is called by a thread of this subscription, until the connection is closed.
  base::Result<void> subscribe(const std::string& subject,
                               const std::string& queue,
                               std::function<void(const Message&)> handler);

  // ErrorCode::not_found when nobody is there to answer.
  base::Result<Message> request(const std::string& subject,
                                std::string_view data,
                                base::nanoseconds timeout);

  // Asks once and gathers what comes, until there are `most` answers or the time is over. No answer
  // is an empty list; ErrorCode::not_found when nobody is there to answer.
  base::Result<std::vector<Message>> request_many(const std::string& subject,
                                                  std::string_view data,
                                                  std::size_t most,
                                                  base::nanoseconds timeout);

  // The URL it is connected to, without its password; empty while it is not.
  std::string server() const;

  // Takes nothing more, lets the handlers finish what has come and sends what they published, then
  // closes; at most `timeout`.
  void drain(base::nanoseconds timeout);
  void close();

 private:
  struct State;
  explicit NatsConnection(std::unique_ptr<State> state);
  base::Result<void> open_inbox();
  std::unique_ptr<State> state_;
};

// "nats://127.0.0.1:4222"
std::string client_url(const plan::Address& address);

}  // namespace watch
