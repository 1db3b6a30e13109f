#include "tests/rehearsal/jetstream_client.h"

#include "tests/support/eventually.h"

#include <mutex>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace rehearsal {

using base::Json;

JetStreamClient::JetStreamClient(const std::vector<std::string>& urls) {
  watch::ConnectSettings settings;
  settings.servers = urls;
  settings.name = "jetstream";
  settings.reconnect = watch::ConnectSettings::Reconnect::forever;
  support::eventually("a client of JetStream connects", [&] {
    auto opened = watch::NatsConnection::open(settings);
    if (opened) connection_ = *std::move(opened);
    return connection_ != nullptr;
  });
}

Json JetStreamClient::api(const std::string& what, const Json& payload) {
  const auto answer = connection_->request(
      "$JS.API." + what, payload.is_null() ? "" : payload.dump(), std::chrono::seconds(2));
  if (!answer) return {};
  auto json = Json::parse(answer->data);
  return json ? *json : Json();
}

void JetStreamClient::make_stream(const std::string& name, int replicas, const std::string& more) {
  const auto config = Json::parse(fmt::format(
      R"({{"name":"{}","subjects":["{}.>"],"num_replicas":{},"max_consumers":-1,"max_msgs":-1,)"
      R"("max_bytes":-1,"retention":"limits","storage":"file","discard":"old"}})",
      name,
      name,
      replicas));
  REQUIRE(config);
  auto wanted = *config;
  if (!more.empty()) {
    const auto changes = Json::parse(more);
    REQUIRE(changes);
    for (const auto& [key, value] : changes->fields())
      wanted.set(key, value);
  }
  support::eventually(
      "stream " + name + " is made",
      [&] {
        const auto answer = api("STREAM.CREATE." + name, wanted);
        return answer["config"].is_object();
      },
      std::chrono::seconds(40));
}

void JetStreamClient::make_consumer(const std::string& stream, const std::string& name) {
  const auto wanted = Json::parse(
      fmt::format(R"({{"stream_name":"{}","config":{{"durable_name":"{}","ack_policy":"explicit",)"
                  R"("deliver_policy":"all","ack_wait":300000000000,"replay_policy":"instant"}}}})",
                  stream,
                  name));
  REQUIRE(wanted);
  support::eventually("consumer " + name + " is made", [&] {
    return api(fmt::format("CONSUMER.DURABLE.CREATE.{}.{}", stream, name), *wanted)["config"]
        .is_object();
  });
}

bool JetStreamClient::publish(const std::string& subject) {
  const auto answer = connection_->request(subject, "message", std::chrono::seconds(2));
  if (!answer) return false;
  const auto json = Json::parse(answer->data);
  return json && json->find("seq") != nullptr;
}

int JetStreamClient::publish_many(const std::string& subject, int count, std::size_t bytes) {
  const std::string data(bytes, 'x');
  for (int i = 0; i + 1 < count; ++i)
    REQUIRE(connection_->publish(subject, data));
  support::eventually("the last of many messages is taken", [&] { return publish(subject); });
  return count;
}

void JetStreamClient::work(const std::string& stream,
                           const std::string& consumer,
                           int take,
                           int acknowledge) {
  struct Box {
    std::mutex mutex;
    std::vector<std::string> replies;
  };

  auto box = std::make_shared<Box>();
  const std::string inbox = "_work." + stream;
  REQUIRE(connection_->subscribe(inbox, "", [box](const watch::Message& message) {
    const std::lock_guard lock(box->mutex);
    if (!message.reply.empty()) box->replies.push_back(message.reply);
  }));
  REQUIRE(connection_->publish(fmt::format("$JS.API.CONSUMER.MSG.NEXT.{}.{}", stream, consumer),
                               fmt::format(R"({{"batch":{},"expires":5000000000}})", take),
                               inbox));
  support::eventually("the messages have come", [&] {
    const std::lock_guard lock(box->mutex);
    return box->replies.size() >= static_cast<std::size_t>(take);
  });
  for (std::size_t i = 0; i < static_cast<std::size_t>(acknowledge); ++i)
    REQUIRE(connection_->publish(box->replies[i], "+ACK"));
  support::eventually("what was acknowledged is known", [&] {
    const auto info = api(fmt::format("CONSUMER.INFO.{}.{}", stream, consumer));
    return info["ack_floor"]["stream_seq"].integer() == acknowledge;
  });
}

Traffic::Traffic(const std::vector<std::string>& urls, const std::string& subject) {
  auto client = std::make_shared<JetStreamClient>(urls);
  thread_ = std::jthread([this, client, subject](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (client->publish(subject)) ++taken_;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));  // its rate
    }
  });
}

int Traffic::finish() {
  thread_.request_stop();
  thread_.join();
  return taken_;
}

}  // namespace rehearsal
