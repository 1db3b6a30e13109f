#pragma once

#include "base/json.h"
#include "watch/nats_connection.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

// What tests do with JetStream as its users do: make streams, publish, work messages off.
namespace rehearsal {

class JetStreamClient {
 public:
  explicit JetStreamClient(const std::vector<std::string>& urls);

  // The answer of $JS.API.WHAT; null when none came.
  base::Json api(const std::string& what, const base::Json& payload = {});

  // Until the servers can: right after a start they are not ready yet.
  void make_stream(const std::string& name, int replicas, const std::string& more = "");
  void make_consumer(const std::string& stream, const std::string& name);

  bool publish(const std::string& subject);  // true when the stream has it
  int publish_many(const std::string& subject, int count, std::size_t bytes);

  // Takes so many messages of a consumer and acknowledges the first of them.
  void work(const std::string& stream, const std::string& consumer, int take, int acknowledge);

  base::Json state(const std::string& stream) { return api("STREAM.INFO." + stream)["state"]; }

  std::string leader(const std::string& stream) {
    return api("STREAM.INFO." + stream)["cluster"]["leader"].text();
  }

 private:
  std::unique_ptr<watch::NatsConnection> connection_;
};

// Publishes from another thread until it ends, and knows how many messages the stream has taken.
class Traffic {
 public:
  Traffic(const std::vector<std::string>& urls, const std::string& subject);

  int finish();

 private:
  std::atomic<int> taken_ = 0;
  std::jthread thread_;
};

}  // namespace rehearsal
