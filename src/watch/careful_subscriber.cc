#include "watch/careful_subscriber.h"

#include "base/text.h"

#include <algorithm>

namespace watch {

namespace {

constexpr std::size_t kEars = 2;
constexpr auto kAfterglow =
    std::chrono::seconds(1);  // how long a replaced connection is still read
constexpr auto kSubscriberRest =
    std::chrono::milliseconds(100);  // when there is no server, before more tries

}  // namespace

CarefulSubscriber::CarefulSubscriber(const ServerList& servers,
                                     MessageLedger& ledger,
                                     base::Clock& clock,
                                     std::size_t home)
    : ledger_(ledger),
      clock_(clock),
      itinerary_(servers, clock, home, "natsctl probe, careful"),
      subject_(servers.subject),
      id_(ledger.add_subscriber(MessageLedger::Kind::careful)) {}

base::Result<void> CarefulSubscriber::start() {
  TRY(listen_somewhere());
  tend();
  return {};
}

bool CarefulSubscriber::listens_on(std::size_t server) const {
  return std::any_of(ears_.begin(), ears_.end(), [&](const Ear& ear) {
    return ear.leg.server == server && ear.leg.stays();
  });
}

std::size_t CarefulSubscriber::sound() const {
  return static_cast<std::size_t>(
      std::count_if(ears_.begin(), ears_.end(), [](const Ear& ear) { return ear.leg.stays(); }));
}

base::Result<void> CarefulSubscriber::listen_by(Leg leg) {
  auto heard = std::make_shared<std::atomic<bool>>(false);
  const auto hear = [this, heard, connection = connections_](const Message& message) {
    heard->store(true);
    if (const auto number = base::parse_int(message.data)) {
      ledger_.received(id_, connection, *number, clock_.now());
    } else {
      ledger_.greeted(id_, message.data);
    }
  };
  TRY(leg.connection->subscribe(subject_, "", hear));
  TRY(leg.connection->flush(std::chrono::seconds(1)));
  ++connections_;
  ears_.push_back({std::move(leg), std::move(heard)});
  return {};
}

base::Result<void> CarefulSubscriber::listen_somewhere() {
  return listen_by(
      TRY(itinerary_.anywhere([this](std::size_t server) { return !listens_on(server); })));
}

void CarefulSubscriber::retire(std::vector<Ear>::iterator ear) {
  ear->left = clock_.now();
  former_.push_back(std::move(*ear));
  ears_.erase(ear);
}

void CarefulSubscriber::tend() {
  if (sound() < kEars) {
    if (clock_.now() >= not_before_ && !listen_somewhere())
      not_before_ = clock_.now() + kSubscriberRest;
  } else if (!listens_on(itinerary_.home())) {
    if (auto leg = itinerary_.way_home()) static_cast<void>(listen_by(*std::move(leg)));
  }
  const auto is_spare = [this](const Ear& ear) {
    return !ear.leg.stays() || ear.leg.server != itinerary_.home();
  };
  if (ears_.size() > kEars) {
    // One that is to be left goes when two others are there; one that is sound when the newest has
    // proven that it hears.
    auto old =
        std::find_if(ears_.begin(), ears_.end(), [](const Ear& ear) { return !ear.leg.stays(); });
    if (old == ears_.end() && ears_.back().heard->load())
      old = std::find_if(ears_.begin(), ears_.end(), is_spare);
    if (old != ears_.end()) retire(old);
  }
  std::erase_if(former_, [&](const Ear& ear) { return clock_.now() - ear.left > kAfterglow; });
}

}  // namespace watch
