#pragma once

#include "base/result.h"
#include "base/units.h"
#include "plan/plan.h"
#include "watch/nats_connection.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

// The small clients behind `natsctl sub`, `pub` and `request`, so that a tutorial needs nothing
// else. They are ordinary clients with the library's defaults: what happens to them during an
// upgrade happens to others.
namespace watch {

struct ClientSettings {
  std::vector<std::string> servers;  // "nats://127.0.0.1:4222"
  plan::Access access;
  base::nanoseconds timeout = std::chrono::seconds(2);
};

// What a subscriber hears. The functions are called one at a time.
struct Hearing {
  std::function<void(const Message&)> message;
  std::function<void(const std::string& sentence)> news;  // "connected to nats://127.0.0.1:4222"
  int most = 0;  // it ends after so many messages; 0: at the stop
};

// Listens until it is stopped or has heard enough. Reconnects for as long as it takes.
base::Result<void> subscribe(const ClientSettings& client,
                             const std::string& subject,
                             const std::string& queue,
                             const Hearing& hearing,
                             const std::stop_token& stop);

// Publishes what `next` gives, each message confirmed by its server before the next is asked for; a
// message that was under way when its server left is sent again to another one, so it may arrive
// twice. Ends when `next` gives nothing, or at the stop.
base::Result<void> publish(const ClientSettings& client,
                           const std::string& subject,
                           const std::function<std::optional<std::string>()>& next,
                           const std::stop_token& stop);

base::Result<std::string> request(const ClientSettings& client,
                                  const std::string& subject,
                                  const std::string& data);

}  // namespace watch
