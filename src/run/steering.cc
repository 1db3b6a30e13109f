#include "run/steering.h"

#include "run/undo.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace run {

namespace {

constexpr std::array kWishNames = {std::pair{Wish::pause, std::string_view("pause")},
                                   std::pair{Wish::abort, std::string_view("abort")},
                                   std::pair{Wish::rollback, std::string_view("rollback")}};

std::optional<std::string> senseless_pause(const RunState& state, bool at_work) {
  if (at_work) return std::nullopt;
  if (state.phase == Phase::running) {
    return fmt::format(
        "run {} is not at work: its natsctl was killed; go on with: natsctl resume {}",
        state.run,
        state.run);
  }
  return fmt::format(
      "run {} rests already: {}; go on with: natsctl resume {}", state.run, state.why, state.run);
}

std::optional<std::string> senseless_rollback(const RunState& state, bool at_work) {
  if (at_work || !nodes_to_roll_back(state).empty()) return std::nullopt;
  return fmt::format("run {} changed no server that is not put back: there is nothing to roll back",
                     state.run);
}

}  // namespace

std::string name_of(Wish wish) {
  for (const auto& [known, name] : kWishNames) {
    if (known == wish) return std::string(name);
  }
  return {};
}

std::optional<Wish> wish_named(std::string_view name) {
  for (const auto& [wish, known] : kWishNames) {
    if (known == name) return wish;
  }
  return std::nullopt;
}

std::optional<std::string> senseless(Wish wish, const RunState& state, bool at_work) {
  if (wish == Wish::rollback) return senseless_rollback(state, at_work);
  if (state.phase == Phase::finished)
    return fmt::format("run {} is over: {}", state.run, state.why);
  return wish == Wish::pause ? senseless_pause(state, at_work) : std::nullopt;
}

}  // namespace run
