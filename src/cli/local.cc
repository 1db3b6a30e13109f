// up and down: the plan's servers as processes of this machine.
#include "actions/local_cluster.h"
#include "cli/session.h"

#include <CLI/CLI.hpp>

namespace cli {

namespace {

using Do = base::Result<void> (*)(actions::LocalCluster&);

int local(const Globals& globals, const std::string& plan, Do what) {
  const auto session = Session::open(globals, plan);
  if (!session) return run::kUsage;
  const auto lock = globals.store().lock({.who = "natsctl up or down", .run = ""});
  if (!lock) return fail(lock.error(), run::kLocked);
  actions::LocalCluster cluster{.plan = session->plan,
                                .executors = session->executors,
                                .watcher = *session->watcher,
                                .clock = *session->clock,
                                .stop = globals.gentle(),
                                .say = [](const std::string& sentence) { say(sentence); }};
  if (auto done = what(cluster); !done) {
    const bool stopped = done.error().code == base::ErrorCode::cancelled;
    return fail(done.error(), stopped ? run::kInterrupted : run::kHalted);
  }
  return run::kVerified;
}

Command command(const std::string& name, const std::string& summary, Do what) {
  return {name, summary, [what](CLI::App& app) -> Run {
            auto plan = std::make_shared<std::string>();
            app.add_option("PLAN", *plan, "plan.yaml")->required()->type_name("");
            return [plan, what](const Globals& globals) { return local(globals, *plan, what); };
          }};
}

}  // namespace

Command up_command() {
  return command(
      "up", "starts the plan's servers on this machine, with the plan's release", actions::up);
}

Command down_command() {
  return command("down", "stops them, and removes what natsctl keeps for them", actions::down);
}

}  // namespace cli
