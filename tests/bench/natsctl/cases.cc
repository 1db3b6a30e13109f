#include "tests/bench/natsctl/cases.h"

#include "run/journal.h"
#include "tests/bench/natsctl/monitors.h"
#include "tests/bench/natsctl/own_time.h"
#include "tests/bench/natsctl/program.h"
#include "tests/rehearsal/stage.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/resource.h>

namespace bench {

namespace {

constexpr int kMesh = 5;

class Figures {
 public:
  explicit Figures(const std::function<void(const Figure&)>& tell) : tell_(tell) {}

  void add(Figure figure) {
    tell_(figure);
    all_.push_back(std::move(figure));
  }

  std::vector<Figure> take() { return std::move(all_); }

 private:
  const std::function<void(const Figure&)>& tell_;
  std::vector<Figure> all_;
};

template <class Take>
double median_of(int runs, const Take& take) {
  std::vector<double> values;
  for (int i = 0; i < runs; ++i)
    values.push_back(take());
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Figure version(bool quick) {
  const auto milliseconds = median_of(quick ? 3 : 31, [] {
    const auto cost = run_natsctl({"version"});
    if (cost.exit_code != 0) throw std::runtime_error("natsctl version fails");
    return cost.seconds * 1000;
  });
  return {"`natsctl version`, from start to end", "ms", {{0, milliseconds}}, 30};
}

// How the servers that are watched are.
struct Watched {
  std::string what;
  int mesh = kMesh;          // how many are one cluster; 0: all of them
  int clients = 10;          // of each
  bool has_cpu_goal = true;  // of servers that tell of much, most of it is the reading
};

// Watching as `status --watch` does, once a second.
void watch(Figures& figures, const std::vector<int>& counts, const Watched& watched, bool quick) {
  Figure cpu{.what = "", .unit = "% of a core", .by_servers = {}, .at_most = 5};
  Figure memory{.what = "", .unit = "MiB", .by_servers = {}, .at_most = 50};
  for (const int count : counts) {
    const int members = watched.mesh == 0 ? count : watched.mesh;
    const Monitors monitors({.count = count, .mesh = members, .clients = watched.clients});
    const auto cost =
        run_natsctl({"status", "--watch", monitors.plan()}, std::chrono::seconds(quick ? 2 : 12));
    cpu.by_servers.emplace_back(count, 100 * cost.cpu_seconds / cost.seconds);
    memory.by_servers.emplace_back(count, cost.peak_mib);
  }
  if (!watched.has_cpu_goal) cpu.at_most = std::nullopt;
  cpu.what = watched.what + ": CPU";
  memory.what = watched.what + ": memory";
  figures.add(std::move(cpu));
  figures.add(std::move(memory));
}

// One server takes its time for every answer: alone, and among many.
void check(Figures& figures, const std::vector<int>& counts, bool quick) {
  const auto take = [&](int count) {
    const Monitors monitors(
        {.count = count, .mesh = kMesh, .late = std::chrono::milliseconds(quick ? 50 : 400)});
    return median_of(quick ? 1 : 3, [&] {
      return run_natsctl({"check", monitors.plan()}).seconds;
    });
  };
  const auto alone = take(1);
  Figure figure{.what = "`natsctl check`, in times of the slowest server alone",
                .unit = fmt::format("× {:.2f} s", alone),
                .by_servers = {},
                .at_most = 1.5};
  for (const int count : counts)
    figure.by_servers.emplace_back(count, take(count) / alone);
  figures.add(std::move(figure));
}

double children_cpu_seconds() {
  rusage children{};
  ::getrusage(RUSAGE_CHILDREN, &children);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(children.ru_utime) + seconds(children.ru_stime);
}

std::vector<run::Event> journal_of(const rehearsal::Stage& stage) {
  for (const auto& run : std::filesystem::directory_iterator(stage.path("natsctl-state/runs"))) {
    auto events = run::load_journal(run.path() / "journal.jsonl");
    if (!events) throw std::runtime_error(events.error().what);
    return *std::move(events);
  }
  throw std::runtime_error("the upgrade left no journal");
}

// A whole upgrade of bundled brokers.
void upgrade(Figures& figures, const std::vector<int>& counts) {
  Figure own{.what = "an upgrade: natsctl's own time, the node that took longest",
             .unit = "ms",
             .by_servers = {},
             .at_most = 100};
  Figure cpu{.what = "an upgrade: CPU time a node, watching all of them included",
             .unit = "ms",
             .by_servers = {}};
  for (const int count : counts) {
    rehearsal::Script script;
    script.members.clear();
    for (int i = 0; i < count; ++i)
      script.members.push_back(fmt::format("N{}", i));
    const rehearsal::Stage stage(script);
    stage.up();
    const auto before = children_cpu_seconds();
    const auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
    while (!running->ended())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto said = running->wait();
    if (said.exit_code != 0) throw std::runtime_error("the upgrade fails: " + said.text);
    cpu.by_servers.emplace_back(count, (children_cpu_seconds() - before) / count * 1000);
    double longest = 0;
    for (const auto& [node, seconds] : own_time(journal_of(stage)))
      longest = std::max(longest, seconds);
    own.by_servers.emplace_back(count, longest * 1000);
  }
  figures.add(std::move(own));
  figures.add(std::move(cpu));
}

}  // namespace

std::vector<Figure> own_cost(Extent extent, const std::function<void(const Figure&)>& tell) {
  Figures figures(tell);
  const bool quick = extent == Extent::quick;
  const std::vector<int> counts = quick ? std::vector{3, 10} : std::vector{3, 10, 30, 100};
  if (extent != Extent::watching) {
    figures.add(version(quick));
    upgrade(figures, quick ? std::vector{2} : std::vector{3, 10});
  }
  watch(figures, counts, {.what = fmt::format("watching servers in clusters of {}", kMesh)}, quick);
  if (!quick) {
    watch(figures,
          counts,
          {.what = "watching servers that are all one mesh", .mesh = 0, .has_cpu_goal = false},
          quick);
    watch(figures,
          counts,
          {.what = "watching servers of 1000 clients each", .clients = 1000, .has_cpu_goal = false},
          quick);
  }
  if (extent != Extent::watching) check(figures, counts, quick);
  return figures.take();
}

}  // namespace bench
