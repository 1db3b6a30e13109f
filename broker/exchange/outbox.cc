#include "broker/exchange/outbox.h"

#include "broker/exchange/worker.h"

namespace broker {

Chunk* Outbox::stage(const std::shared_ptr<Destination>& to, std::size_t bytes) {
  auto& letter = letters_[to->worker];
  std::uint32_t& place = to->places[worker_.index()];  // one more than the index; 0: none yet
  if (place == 0) {
    worker_.loop().at_turn_end(*this, EventLoop::Phase::mail);
    letter.emplace_back(Delivery{to});
    place = static_cast<std::uint32_t>(letter.size());
  } else if (!letter[place - 1].chunk.has_room(bytes)) {
    to->pending.fetch_add(letter[place - 1].chunk.size(), std::memory_order_relaxed);
    letter.emplace_back(Delivery{to});
    place = static_cast<std::uint32_t>(letter.size());
  }

  Delivery& delivery = letter[place - 1];
  const std::size_t most = to->max_pending.load(std::memory_order_relaxed);
  const std::size_t pending = to->pending.load(std::memory_order_relaxed) + delivery.chunk.size();
  if (pending > most) {
    delivery.overflow = true;
    return nullptr;
  }
  if (pending > most / 4 * 3) congested_ = true;
  return &delivery.chunk;
}

void Outbox::flush() {
  for (unsigned index = 0; index < letters_.size(); ++index) {
    auto& letter = letters_[index];
    if (letter.empty()) continue;
    for (std::size_t i = 0; i < letter.size(); ++i) {
      std::uint32_t& place = letter[i].to->places[worker_.index()];
      // Chunks before the last one of a destination were counted when they were full.
      if (place != i + 1) continue;
      place = 0;
      letter[i].to->pending.fetch_add(letter[i].chunk.size(), std::memory_order_relaxed);
    }
    worker_.all().at(index).deliver(std::exchange(letter, std::vector<Delivery>()));
  }
}

}  // namespace broker
