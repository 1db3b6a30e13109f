#include "watch/simple_client.h"

#include <condition_variable>
#include <mutex>

namespace watch {

namespace {

using Reconnect = ConnectSettings::Reconnect;

ConnectSettings settings_for(const ClientSettings& client, const char* name, Reconnect reconnect) {
  ConnectSettings settings;
  settings.servers = client.servers;
  settings.name = name;
  settings.access = client.access;
  settings.timeout = client.timeout;
  settings.reconnect = reconnect;
  return settings;
}

}  // namespace

base::Result<void> subscribe(const ClientSettings& client,
                             const std::string& subject,
                             const std::string& queue,
                             const Hearing& hearing,
                             const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  int heard = 0;
  bool moved = false;
  bool closed = false;
  auto tell = [&](const std::string& sentence) {
    const std::lock_guard lock(mutex);
    if (hearing.news) hearing.news(sentence);
  };
  auto note = [&](bool& what) {
    const std::lock_guard lock(mutex);
    what = true;
    changed.notify_all();
  };

  auto settings = settings_for(client, "natsctl sub", Reconnect::forever);
  settings.events.lame_duck = [&] { tell("its server asks its clients to go (lame duck)"); };
  settings.events.disconnected = [&] { tell("disconnected"); };
  settings.events.reconnected = [&] { note(moved); };
  settings.events.closed = [&] { note(closed); };
  const auto connection = TRY(NatsConnection::open(settings));
  TRY(connection->subscribe(subject, queue, [&](const Message& message) {
    const std::lock_guard lock(mutex);
    if (hearing.most > 0 && heard >= hearing.most) return;
    hearing.message(message);
    ++heard;
    changed.notify_all();
  }));
  TRY(connection->flush(client.timeout));
  tell("connected to " + connection->server());

  std::unique_lock lock(mutex);
  for (;;) {
    const auto enough = [&] { return closed || (hearing.most > 0 && heard >= hearing.most); };
    changed.wait(lock, stop, [&] { return enough() || moved; });
    if (stop.stop_requested() || enough()) break;
    moved = false;
    lock.unlock();
    tell("connected to " + connection->server());
    lock.lock();
  }
  return {};
}

base::Result<void> publish(const ClientSettings& client,
                           const std::string& subject,
                           const std::function<std::optional<std::string>()>& next,
                           const std::stop_token& stop) {
  const auto connection =
      TRY(NatsConnection::open(settings_for(client, "natsctl pub", Reconnect::forever)));
  while (const auto data = next()) {
    for (;;) {
      TRY(connection->publish(subject, *data));
      const auto confirmed = connection->flush(client.timeout);
      if (confirmed) break;
      if (stop.stop_requested()) return confirmed.error();
    }
  }
  return {};
}

base::Result<std::string> request(const ClientSettings& client,
                                  const std::string& subject,
                                  const std::string& data) {
  const auto connection =
      TRY(NatsConnection::open(settings_for(client, "natsctl request", Reconnect::none)));
  return TRY(connection->request(subject, data, client.timeout)).data;
}

}  // namespace watch
