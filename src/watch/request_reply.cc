#include "watch/request_reply.h"

#include <utility>

namespace watch {

namespace {

constexpr auto kRequesterRest =
    std::chrono::milliseconds(100);  // when there is no server, before more tries
constexpr auto kLeavePatience = std::chrono::seconds(2);
constexpr auto kGreetPatience = std::chrono::milliseconds(500);
constexpr auto kAnywhere = [](std::size_t) { return true; };

std::string asked_on(const ServerList& servers) {
  return servers.subject + ".ask";
}

}  // namespace

CarefulResponder::CarefulResponder(const ServerList& servers, base::Clock& clock, std::size_t home)
    : subject_(asked_on(servers)),
      itinerary_(servers, clock, home, "natsctl probe, responder"),
      clock_(clock) {}

base::Result<void> CarefulResponder::start() {
  return answer_by(TRY(itinerary_.anywhere(kAnywhere)));
}

base::Result<void> CarefulResponder::answer_by(Leg leg) {
  auto* connection = leg.connection.get();
  TRY(connection->subscribe(subject_, "responders", [connection](const Message& message) {
    static_cast<void>(connection->publish(message.reply, message.data));
  }));
  TRY(connection->flush(std::chrono::seconds(1)));
  auto former = std::exchange(leg_, std::move(leg));
  if (former) former->connection->drain(kLeavePatience);
  return {};
}

void CarefulResponder::tend() {
  if (leg_->stays()) {
    if (leg_->server == itinerary_.home()) return;
    if (auto leg = itinerary_.way_home()) static_cast<void>(answer_by(*std::move(leg)));
    return;
  }
  if (clock_.now() < not_before_) return;
  auto leg = itinerary_.anywhere(kAnywhere);
  if (!leg || !answer_by(*std::move(leg))) not_before_ = clock_.now() + kRequesterRest;
}

CarefulRequester::CarefulRequester(const ServerList& servers,
                                   RequestLedger& ledger,
                                   base::Clock& clock,
                                   std::size_t home)
    : subject_(asked_on(servers)),
      ledger_(ledger),
      itinerary_(servers, clock, home, "natsctl probe, requester"),
      clock_(clock),
      id_(ledger.add_requester(RequestLedger::Kind::careful)) {}

base::Result<void> CarefulRequester::start() {
  leg_ = TRY(itinerary_.anywhere(kAnywhere));
  // The first request may be ahead of the news that there is somebody to answer.
  const auto end = clock_.now() + std::chrono::seconds(10);
  for (;;) {
    const auto answer = leg_->connection->request(subject_, "hello", kGreetPatience);
    if (answer) return {};
    if (clock_.now() >= end) {
      return base::Error(answer.error().code,
                         answer.error().what +
                             "; may this user publish there and subscribe to _INBOX.>? Or ask for "
                             "no requests: probe: { requests: 0 }");
    }
    clock_.wait(kRequesterRest, {});
  }
}

void CarefulRequester::move() {
  if (!leg_->stays()) {
    if (auto leg = itinerary_.anywhere(kAnywhere)) leg_ = *std::move(leg);
    return;
  }
  if (leg_->server == itinerary_.home()) return;
  if (home_ && !home_->stays()) home_.reset();
  if (!home_) home_ = itinerary_.way_home();
  // A server that has just started does not know yet who answers.
  if (home_ && home_->connection->request(subject_, "hello", kGreetPatience))
    leg_ = std::exchange(home_, std::nullopt);
}

void CarefulRequester::ask() {
  move();
  ask_once(*leg_->connection, subject_, ledger_, id_, clock_);
}

void ask_once(NatsConnection& connection,
              const std::string& subject,
              RequestLedger& ledger,
              int requester,
              const base::Clock& clock) {
  const auto begin = clock.now();
  ledger.asked(requester, begin);
  if (connection.request(subject, "question", kAnswerPatience)) {
    ledger.answered(requester, begin, clock.now());
  } else {
    ledger.failed(requester);
  }
}

}  // namespace watch
