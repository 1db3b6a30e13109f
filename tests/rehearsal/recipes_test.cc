#include "tests/rehearsal/recipes.h"

#include "tests/support/replace_part.h"

#include <cstdlib>
#include <future>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::RecipeGround;
using rehearsal::RecipeOutcome;

namespace {

constexpr int kClients = 60;

// All at the same time, each on servers of its own, so that whatever the machine does meets all.
std::vector<RecipeOutcome> play_all() {
  std::vector<std::unique_ptr<RecipeGround>> grounds;
  for (const auto& recipe : rehearsal::recipes())
    grounds.push_back(std::make_unique<RecipeGround>(recipe, kClients));
  std::vector<std::future<RecipeOutcome>> playing;
  for (auto& ground : grounds)
    playing.push_back(std::async(std::launch::async, [&] { return ground->play(); }));
  std::vector<RecipeOutcome> outcomes;
  std::string troubles;
  for (auto& one : playing) {
    try {
      outcomes.push_back(one.get());
    } catch (const std::exception& failed) {
      troubles += std::string(failed.what()) + "\n";
    }
  }
  REQUIRE_MESSAGE(troubles.empty(), troubles);
  return outcomes;
}

// RECIPES_WRITE=1 puts the table into tests/README.md.
void write_down(const std::string& table) {
  if (std::getenv("RECIPES_WRITE") == nullptr) return;  // NOLINT(concurrency-mt-unsafe)
  support::replace_part(PROJECT_ROOT "/tests/README.md", "recipes", table);
}

}  // namespace

TEST_SUITE("rehearsal: recipes") {
  TEST_CASE(
      "beside what people do by hand natsctl loses no more, spreads better, and is not slower") {
    const auto outcomes = play_all();
    const auto table = rehearsal::table_of(outcomes);
    MESSAGE(table);
    const auto& natsctl = outcomes.back();
    const auto& documented = outcomes[1];
    REQUIRE(natsctl.recipe == "natsctl");
    REQUIRE(documented.recipe == "documented");
    CHECK(natsctl.traffic.careful.lost == 0);
    CHECK(natsctl.traffic.unconfirmed() == 0);
    std::int64_t most_lost = 0;
    for (const auto& other : outcomes) {
      CAPTURE(other.recipe);
      if (other.recipe != "natsctl") most_lost = std::max(most_lost, other.traffic.plain.lost);
      CHECK(natsctl.traffic.careful.lost <= other.traffic.careful.lost);
      CHECK(natsctl.max_over_mean() <= other.max_over_mean());
    }
    // An ordinary subscriber that is closed loses what is under way, and natsctl moves it once
    // more.
    CHECK(natsctl.traffic.plain.lost <= most_lost);
    CHECK(natsctl.traffic.careful_requests.failed <= documented.traffic.careful_requests.failed);
    CHECK(natsctl.took < documented.took);
    write_down(table);
  }
}
