#include "watch/confirmed_publisher.h"

#include <fmt/core.h>

namespace watch {

namespace {

constexpr auto kConfirmPatience = std::chrono::seconds(1);
constexpr auto kPublisherRest =
    std::chrono::milliseconds(250);  // when nobody confirms, before more tries

}  // namespace

ConfirmedPublisher::ConfirmedPublisher(const ServerList& servers,
                                       MessageLedger& ledger,
                                       base::Clock& clock,
                                       std::size_t home)
    : servers_(servers),
      ledger_(ledger),
      clock_(clock),
      itinerary_(servers, clock, home, "natsctl probe, publisher") {}

base::Result<void> ConfirmedPublisher::start() {
  return connect_elsewhere();
}

base::Result<void> ConfirmedPublisher::greet(const std::string& greeting) {
  TRY(leg_->connection->publish(servers_.subject, greeting));
  return leg_->connection->flush(kConfirmPatience);
}

base::Result<void> ConfirmedPublisher::connect_elsewhere() {
  leg_ = TRY(itinerary_.anywhere([](std::size_t) { return true; }));
  sent_here_ = 0;
  return {};
}

void ConfirmedPublisher::return_home() {
  if (!leg_ || leg_->server == itinerary_.home()) return;
  if (home_ && !home_->stays()) home_.reset();
  if (!home_) {
    home_ = itinerary_.way_home();
    if (!home_) return;
    greeting_ = fmt::format(
        "publisher {} is back at {}", itinerary_.home(), clock_.now().time_since_epoch().count());
  }
  // Not waited for: who has not heard it by the next call hears it again.
  if (!ledger_.heard(greeting_, MessageLedger::Kind::careful)) {
    static_cast<void>(home_->connection->publish(servers_.subject, greeting_));
    return;
  }
  leg_ = std::exchange(home_, std::nullopt);
  sent_here_ = 0;
}

bool ConfirmedPublisher::publish_and_confirm() {
  if (tried_ > sent_here_) ledger_.resent(static_cast<std::int64_t>(tried_ - sent_here_));
  for (; sent_here_ < unconfirmed_.size(); ++sent_here_) {
    const auto number = std::to_string(unconfirmed_[sent_here_]);
    if (!leg_->connection->publish(servers_.subject, number)) return false;
    tried_ = std::max(tried_, sent_here_ + 1);
  }
  if (!leg_->connection->flush(kConfirmPatience)) return false;
  for (const auto number : unconfirmed_)
    ledger_.confirmed(number, clock_.now());
  unconfirmed_.clear();
  tried_ = 0;
  sent_here_ = 0;
  return true;
}

void ConfirmedPublisher::send(int messages) {
  for (; messages > 0 && unconfirmed_.size() < kWindow; --messages)
    unconfirmed_.push_back(ledger_.next_number(clock_.now()));
  if (unconfirmed_.empty() || clock_.now() < not_before_) return;
  // Twice: where we are, and once more elsewhere when the connection ends under our hands.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bool stays = leg_ && leg_->stays();
    if (!stays && !connect_elsewhere()) break;
    if (publish_and_confirm()) {
      return_home();
      return;
    }
    leg_->leaving->store(true);
  }
  not_before_ = clock_.now() + kPublisherRest;
}

}  // namespace watch
