#pragma once

#include "watch/leg.h"
#include "watch/request_ledger.h"

namespace watch {

// Request and reply through a change; see traffic_probe.h. Both move as careful clients do: they
// are on the next server before they leave one that asks them to go, and return home.

// Answers what is asked on "SUBJECT.ask", as one of a queue group. Of the server that it leaves it
// takes no more requests and answers those that it has before it goes.
//
// Threads: one at a time.
class CarefulResponder {
 public:
  CarefulResponder(const ServerList& servers, base::Clock& clock, std::size_t home);

  base::Result<void> start();
  void tend();  // to be called often; may take two seconds when it leaves a server

 private:
  base::Result<void> answer_by(Leg leg);

  std::string subject_;
  Itinerary itinerary_;
  base::Clock& clock_;
  std::optional<Leg> leg_;
  base::Time not_before_ = {};
};

// Asks there, one request at a time, each once.
//
// Threads: one at a time.
class CarefulRequester {
 public:
  CarefulRequester(const ServerList& servers,
                   RequestLedger& ledger,
                   base::Clock& clock,
                   std::size_t home);

  base::Result<void> start();  // connects, and is answered; or why not

  void ask();  // returns with the answer, or when there is none

 private:
  void move();

  std::string subject_;
  RequestLedger& ledger_;
  Itinerary itinerary_;
  base::Clock& clock_;
  int id_;
  std::optional<Leg> leg_;
  std::optional<Leg> home_;  // connected, and nobody answers there yet
};

// What every answer of the probe is asked for with, and the time that it has.
inline constexpr base::nanoseconds kAnswerPatience = std::chrono::seconds(2);

// Asks once over the connection and tells the ledger.
void ask_once(NatsConnection& connection,
              const std::string& subject,
              RequestLedger& ledger,
              int requester,
              const base::Clock& clock);

}  // namespace watch
