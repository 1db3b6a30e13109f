#pragma once

#include "watch/leg.h"
#include "watch/message_ledger.h"

#include <vector>

namespace watch {

// Listens on two servers at once, its home being one of them when it is there; see traffic_probe.h.
// tend() must be called often.
//
// Threads: one at a time.
class CarefulSubscriber {
 public:
  CarefulSubscriber(const ServerList& servers,
                    MessageLedger& ledger,
                    base::Clock& clock,
                    std::size_t home);

  // Connects, to a second server too when there is one; the error of the last that was tried.
  base::Result<void> start();

  // Replaces what is lost or asked us to go, one server a call, and returns home. A connection that
  // was replaced is kept for a moment, for what is on its way.
  void tend();

 private:
  struct Ear {
    Leg leg;
    std::shared_ptr<std::atomic<bool>> heard;  // something came over it
    base::Time left = {};                      // when we had a replacement
  };

  bool listens_on(std::size_t server) const;  // a connection that is lost or to be left is none
  std::size_t sound() const;
  base::Result<void> listen_by(Leg leg);
  base::Result<void> listen_somewhere();
  void retire(std::vector<Ear>::iterator ear);

  MessageLedger& ledger_;
  base::Clock& clock_;
  Itinerary itinerary_;
  std::string subject_;
  int id_;
  int connections_ = 0;
  base::Time not_before_ = {};  // the next try, after no server could be had
  std::vector<Ear> ears_;       // two; three while a new one has not heard anything yet
  std::vector<Ear> former_;
};

}  // namespace watch
