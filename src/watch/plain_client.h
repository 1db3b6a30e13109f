#pragma once

#include "watch/leg.h"
#include "watch/message_ledger.h"
#include "watch/request_ledger.h"

namespace watch {

// A client as applications have it: one connection with the library's defaults, on which it
// subscribes, answers (on "SUBJECT.plain") and asks. See traffic_probe.h.
//
// Threads: one at a time.
class PlainClient {
 public:
  // Without `requests` it neither answers nor asks.
  static base::Result<std::unique_ptr<PlainClient>> connect(const ServerList& servers,
                                                            base::Clock& clock,
                                                            MessageLedger& messages,
                                                            RequestLedger* requests);

  void ask();

 private:
  explicit PlainClient(base::Clock& clock) : clock_(clock) {}

  base::Clock& clock_;
  std::string subject_;
  RequestLedger* requests_ = nullptr;
  int requester_ = 0;
  std::unique_ptr<NatsConnection> connection_;
};

}  // namespace watch
