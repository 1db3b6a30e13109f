#include "watch/confirmed_publisher.h"

namespace watch {

namespace {

constexpr auto kConfirmPatience = std::chrono::seconds(1);
constexpr auto kRest = std::chrono::milliseconds(250);  // when nobody confirms, before more tries

}  // namespace

ConfirmedPublisher::ConfirmedPublisher(const ServerList& servers,
                                       MessageLedger& ledger,
                                       base::Clock& clock)
    : servers_(servers), ledger_(ledger), clock_(clock) {}

base::Result<void> ConfirmedPublisher::start() {
  return connect_elsewhere();
}

base::Result<void> ConfirmedPublisher::greet() {
  TRY(leg_->connection->publish(servers_.subject, "hello"));
  return leg_->connection->flush(kConfirmPatience);
}

base::Result<void> ConfirmedPublisher::connect_elsewhere() {
  base::Error last(base::ErrorCode::not_found, "no server to publish to");
  for (std::size_t tries = 0; tries < servers_.urls.size(); ++tries) {
    auto leg = open_leg(servers_, next_++ % servers_.urls.size(), "natsctl probe, publisher");
    if (leg) {
      leg_ = std::move(*leg);
      sent_here_ = 0;
      return {};
    }
    last = std::move(leg).error();
  }
  return last;
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
    const bool stays = leg_ && !leg_->leaving->load();
    if (!stays && !connect_elsewhere()) break;
    if (publish_and_confirm()) return;
    leg_->leaving->store(true);
  }
  not_before_ = clock_.now() + kRest;
}

}  // namespace watch
