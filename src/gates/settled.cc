#include "base/text.h"
#include "gates/judging.h"
#include "watch/observe.h"

#include <cmath>

#include <fmt/core.h>

// Whether clients are at rest again. A cluster has its own rate of errors in quiet times; what
// counts is that there are no more of them in the last seconds than that, so an old trouble does
// not shut a gate and a new one does.
namespace gates {

namespace {

void judge_connections(Readings& readings, const Scene& scene, const std::string& cluster) {
  int before = 0;
  bool known = false;
  for (const auto& [node, was] : scene.before) {
    const bool wanted = scene.step.node.empty()
                            ? node != watch::kWholeCluster && scene.plan.cluster_of(node) == cluster
                            : node == scene.step.node;
    if (!wanted) continue;
    before = std::max(before, was.cluster_clients);
    known = true;
  }
  const auto wanted = clients_wanted(before);
  const auto wanted_text = fmt::format("{} of the {} there were", wanted, before);
  int now_there = 0;
  bool all_asked = true;
  for (const auto* node : whole_mesh(scene)) {
    if (scene.plan.cluster_of(node->name) != cluster) continue;
    if (is_another_s_question(scene, node->name)) {
      all_asked = false;
      continue;
    }
    const auto now = seen(scene, node->name);
    if (!now) readings.unknown(node->name, now.missing, wanted_text);
    if (now) now_there += watch::clients_of(*now.sample);
  }
  const auto whose = scene.plan.clusters().size() > 1 ? cluster : std::string();
  if (!all_asked) {
    // A member that was just started does not answer for the clients of a silent one.
    readings.green(whose,
                   base::count_of(static_cast<std::size_t>(now_there), "client") +
                       ", and those of silent servers, which nobody can count");
  } else if (!known) {
    readings.unknown(whose, "nobody wrote down how many clients there were", "as many again");
  } else {
    readings.add(whose,
                 now_there >= wanted,
                 base::count_of(static_cast<std::size_t>(now_there), "client"),
                 wanted_text);
  }
}

std::vector<Reading> connections_back(const Scene& scene) {
  Readings readings("connections-back");
  for (const auto& cluster : scene.plan.clusters()) {
    if (scene.step.node.empty() || scene.plan.cluster_of(scene.step.node) == cluster)
      judge_connections(readings, scene, cluster);
  }
  return readings.done();
}

// One kind of trouble that servers count from their start.
struct Counter {
  std::string condition;
  std::string what;  // "slow consumer"
  std::function<double(const watch::EarlierLook&)> earlier;
  std::function<double(const watch::Before&)> before;
};

// How many there are in so many seconds when all is as it was; of all servers together.
double usual(const Scene& scene, const Counter& counter, double seconds) {
  double rate = 0;
  for (const auto& [node, was] : scene.before) {
    const auto up = std::chrono::duration<double>(was.up).count();
    if (up > 0) rate += counter.before(was) / up;
  }
  return rate * seconds;
}

// By chance there are sometimes twice as many.
constexpr double kChance = 2;

std::vector<Reading> judge_counter(const Counter& counter, const Scene& scene) {
  Readings readings(counter.condition);
  double more = 0;
  double seconds = 0;
  bool all_seen = true;
  const auto wanted = fmt::format("no more {}s than before", counter.what);
  for (const auto* node : mesh_to_come_back_to(scene)) {
    const auto now = seen(scene, node->name);
    if (!now) {
      readings.unknown(node->name, now.missing, wanted);
      all_seen = false;
      continue;
    }
    if (!now.sample->some_time_ago) continue;  // it has just started
    const auto& varz = *now.sample->varz;
    watch::EarlierLook counted;
    counted.slow_consumers = varz.slow_consumers.value_or(0);
    counted.api_errors = varz.jetstream["stats"]["api"]["errors"].unsigned_integer();
    more += counter.earlier(counted) - counter.earlier(*now.sample->some_time_ago);
    seconds =
        std::max(seconds,
                 std::chrono::duration<double>(now.sample->taken - now.sample->some_time_ago->taken)
                     .count());
  }
  if (!all_seen) return readings.done();
  const auto most = std::ceil(kChance * usual(scene, counter, seconds));
  readings.add(
      "",
      more <= most,
      fmt::format("{} in the last {:.1f}s",
                  base::count_of(static_cast<std::size_t>(std::max(more, 0.0)), counter.what),
                  seconds),
      most > 0 ? fmt::format("at most {} in that time", most) : "none");
  return readings.done();
}

std::vector<Reading> slow_consumers_settled(const Scene& scene) {
  return judge_counter(
      {.condition = "slow-consumers-settled",
       .what = "slow consumer",
       .earlier = [](const auto& look) { return static_cast<double>(look.slow_consumers); },
       .before = [](const auto& was) { return static_cast<double>(was.slow_consumers); }},
      scene);
}

std::vector<Reading> api_errors_settled(const Scene& scene) {
  return judge_counter(
      {.condition = "api-errors-settled",
       .what = "JetStream API error",
       .earlier = [](const auto& look) { return static_cast<double>(look.api_errors); },
       .before = [](const auto& was) { return static_cast<double>(was.api_errors); }},
      scene);
}

}  // namespace

std::vector<Condition> settled_conditions() {
  return {{"connections-back",
           "the cluster has as many clients as before; one may be missing, or one of ten",
           connections_back},
          {"slow-consumers-settled",
           "in the last seconds no more slow consumers than in quiet times",
           slow_consumers_settled},
          {"api-errors-settled",
           "in the last seconds no more errors of JetStream's API than in quiet times",
           api_errors_settled}};
}

}  // namespace gates
