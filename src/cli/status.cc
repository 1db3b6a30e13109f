// status: one table of the cluster, once or live.
#include "cli/session.h"
#include "playbook/forecast.h"
#include "playbook/table.h"
#include "report/cluster_table.h"
#include "watch/observe.h"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace cli {

namespace {

struct StatusOptions {
  std::string plan;
  bool watch = false;
  std::string every = "1s";
};

// The members; the temporary node when it is there.
std::vector<std::string> shown(const Session& session, const watch::Snapshot& snapshot) {
  auto servers = session.servers();
  const auto& temp = session.plan.temp_node;
  if (!temp) return servers;
  const auto* sample = snapshot.find(temp->node.name);
  if (sample == nullptr || !sample->varz) std::erase(servers, temp->node.name);
  return servers;
}

report::Drains drains_of(const Session& session, const watch::Snapshot& snapshot) {
  report::Drains drains;
  for (const auto& [node, sample] : snapshot.nodes) {
    if (!sample.varz) continue;
    const auto& version = sample.varz->version;
    const auto takes = playbook::drain_time(session.plan, version, watch::clients_of(sample));
    drains[node] = playbook::about(takes) +
                   (playbook::drains_in_rounds(session.plan, version) ? " in rounds" : "");
  }
  return drains;
}

bool all_ok(const Session& session, const watch::Snapshot& snapshot) {
  return std::all_of(
      session.plan.nodes.begin(), session.plan.nodes.end(), [&](const plan::Node& node) {
        return report::state_of(snapshot.find(node.name)) == "ok";
      });
}

int once(Session& session) {
  const auto snapshot = session.watcher->look();
  const auto servers = shown(session, snapshot);
  const auto drains = drains_of(session, snapshot);
  if (session.globals.output == report::Output::json) {
    say(report::cluster_json(servers, snapshot, drains).dump_pretty());
  } else if (session.globals.output == report::Output::jsonl) {
    say(report::cluster_json(servers, snapshot, drains).dump());
  } else {
    const auto terminal = session.globals.terminal();
    for (const auto& line :
         lines_of(report::cluster_table(servers, snapshot, {}, terminal, drains), terminal))
      say(line);
  }
  return all_ok(session, snapshot) ? run::kVerified : run::kCheckFailed;
}

int live(Session& session, base::nanoseconds every) {
  if (session.globals.output != report::Output::text) {
    int code = run::kVerified;
    do {
      code = once(session);
    } while (session.clock->wait(every, session.globals.gentle()));
    return code;
  }
  report::LinePrinter printer(stdout, session.globals.terminal());
  // The watcher looks at its own pace; asking for looks would double them.
  if (every < std::chrono::seconds(1)) session.watcher->set_pace(watch::Watcher::Pace::quick);
  auto snapshot = session.watcher->look();
  bool first = true;
  do {
    if (!std::exchange(first, false)) {
      snapshot = {};  // not twice as much as there is
      snapshot = session.watcher->latest();
    }
    const auto table = report::cluster_table(
        shown(session, snapshot), snapshot, {}, printer.terminal(), drains_of(session, snapshot));
    const auto lines = lines_of(table, printer.terminal());
    if (printer.terminal().smart) {
      printer.show(lines);
    } else {
      for (const auto& line : lines)
        say(line);
    }
  } while (session.clock->wait(every, session.globals.gentle()));
  return all_ok(session, snapshot) ? run::kVerified : run::kCheckFailed;
}

int status(const Globals& globals, const StatusOptions& options) {
  const auto every = base::parse_duration(options.every);
  if (!every) return fail(base::Error(every.error()).in("--every"), run::kUsage);
  const auto session = Session::open(globals, options.plan);
  if (!session) return run::kUsage;
  return options.watch ? live(*session, *every) : once(*session);
}

}  // namespace

Command status_command() {
  return {"status",
          "one table of the cluster; exit code 3 when a member is not well",
          [](CLI::App& app) -> Run {
            auto options = std::make_shared<StatusOptions>();
            app.add_option("PLAN", options->plan, "plan.yaml")->required()->type_name("");
            app.add_flag("-w,--watch", options->watch, "keep it live until Ctrl-C");
            app.add_option("--every", options->every, "how often it looks when live")
                ->type_name("DURATION");
            return [options](const Globals& globals) { return status(globals, *options); };
          }};
}

}  // namespace cli
