#pragma once

#include "base/json.h"
#include "broker/exchange/internal_client.h"
#include "broker/net/event_loop.h"
#include "broker/server/server.h"
#include "broker/system/services.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

// How many subscriptions a subject has, in the whole cluster: $SYS.DEBUG.SUBSCRIBERS.
//
// Counts our own and asks the other servers on "$SYS.REQ.ACCOUNT.NSUBS"; answers when all have, or
// after half a second: a server where the account has no clients stays silent.
// Source: nats-server 2.10 server/events.go (debugSubscribers, nsubsRequest)
//
// Threads: the server's control loop.
namespace broker {

class SubscriberSurvey {
 public:
  explicit SubscriberSurvey(Server& server);

  // "$SYS._INBOX.4x8hK2.*": where other servers answer.
  const std::string& inbox() const { return inbox_; }

  // The payload is "subject" or "subject queue".
  void begin(const Asked& asked);
  void hear(const Asked& answer);

  // Another server asks: {"acc","subject","queue"}. Empty: nothing to say.
  std::string answer_other(const Asked& asked) const;

 private:
  struct Open {
    Open(EventLoop& loop, std::string its_reply, std::int64_t own)
        : reply(std::move(its_reply)), count(own), patience(loop) {}

    std::string reply;
    std::int64_t count;
    std::size_t missing = 0;
    Timer patience;
  };

  void finish(const std::string& subject);

  Server& server_;
  const std::string prefix_;
  const std::string inbox_;
  std::map<std::string, std::unique_ptr<Open>> open_;  // by the subject others answer to
};

}  // namespace broker
