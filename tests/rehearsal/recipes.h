#pragma once

#include "tests/rehearsal/stage.h"
#include "watch/message_ledger.h"
#include "watch/nats_connection.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rehearsal {

// A way to take a cluster from one release to the next: what people do by hand or in a script, and
// natsctl. It begins with the members running the old release, and ends when they run the new one
// as far as it cares to know.
struct Recipe {
  std::string name;
  std::string meaning;
  std::function<void(const Stage&, const Script&)> carry_out;  // throws when it cannot
};

const std::vector<Recipe>& recipes();

// What one of them came to.
struct RecipeOutcome {
  std::string recipe;
  std::string meaning;
  std::chrono::duration<double> took{};
  watch::ProbeResult traffic;
  std::map<std::string, int> clients;  // at the end, by member

  int connected() const;
  double max_over_mean() const;
};

// Three official servers with many ordinary clients and the traffic of the probe.
class RecipeGround {
 public:
  RecipeGround(const Recipe& recipe, int clients);
  ~RecipeGround();
  RecipeGround(const RecipeGround&) = delete;
  RecipeGround& operator=(const RecipeGround&) = delete;

  // Carries the recipe out under traffic. Threads: of several grounds at once, each by its own.
  RecipeOutcome play();

 private:
  std::map<std::string, int> clients_by_member() const;

  const Recipe& recipe_;
  Script script_;
  std::unique_ptr<Stage> stage_;
  std::vector<std::unique_ptr<watch::NatsConnection>> clients_;
};

// Markdown: a row for each.
std::string table_of(const std::vector<RecipeOutcome>& outcomes);

}  // namespace rehearsal
