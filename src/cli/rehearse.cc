// rehearse: the same compiled steps, played on a local replica under traffic.
#include "actions/local_cluster.h"
#include "cli/carry_out.h"
#include "cli/replica.h"
#include "playbook/render.h"
#include "report/reports.h"

#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

struct RehearseOptions {
  std::string plan;
  std::string playbook;
  std::string from;
  std::string to;
  std::string releases;
  std::string junit;
  CarryOptions carry;

  RehearseOptions() { carry.kept = false; }
};

// A folder and the servers in it, gone at the end however that comes.
class Stage {
 public:
  Stage(const Globals& globals, run::fs::path folder)
      : globals_(globals), folder_(std::move(folder)) {}

  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  ~Stage() {
    if (plan_) {
      Session session(globals_, *plan_);
      const std::stop_source never;
      auto cluster = local(session, never.get_token(), [](const std::string&) {});
      if (auto done = actions::down(cluster); !done) {
        complain(done.error().what);
        kill_all(session);
      }
    }
    std::error_code failure;
    run::fs::remove_all(folder_, failure);
  }

  base::Result<void> up(const plan::Plan& plan) {
    plan_ = plan;
    Session session(globals_, plan);
    auto cluster = local(session, globals_.gentle(), [this](const std::string& sentence) {
      if (globals_.output == report::Output::text) say(sentence);
    });
    return actions::up(cluster);
  }

  const run::fs::path& folder() const { return folder_; }

 private:
  static actions::LocalCluster local(Session& session,
                                     std::stop_token stop,
                                     std::function<void(const std::string&)> tell) {
    return {.plan = session.plan,
            .executors = session.executors,
            .watcher = *session.watcher,
            .clock = *session.clock,
            .stop = std::move(stop),
            .say = std::move(tell)};
  }

  // A server that is not what the plan says, as with another cluster's name in its conf, is stopped
  // by no command. These are the replica's all the same: natsctl started them, in this folder.
  static void kill_all(Session& session) {
    for (const auto& [node, executor] : session.executors) {
      const auto facts = executor->facts();
      if (!facts || !facts->running || facts->running->release.empty()) continue;
      if (auto done = executor->signal(exec::Signal::kill, facts->running->id); !done)
        complain(done.error().what);
    }
  }

  const Globals& globals_;
  run::fs::path folder_;
  std::optional<plan::Plan> plan_;  // of what may be running
};

base::Result<run::fs::path> temporary_folder() {
  auto name = (run::fs::temp_directory_path() / "natsctl-rehearsal-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return base::Error(base::ErrorCode::io, fmt::format("{}: cannot make the folder", name));
  }
  return run::fs::path(name);
}

int play(const Globals& globals,
         const RehearseOptions& options,
         const plan::Plan& after,
         const playbook::Playbook& playbook) {
  Session session(globals, after);
  const auto outlook = playbook::outlook(session.plan, playbook, session.view());
  if (globals.output == report::Output::text) {
    std::fputs(playbook::to_text(session.plan, outlook).c_str(), stdout);
  }
  const NewRun order{
      .steps = outlook.steps,
      .forecast = outlook.chosen,
      .playbook = playbook.name,
      .command = "rehearse",
      .verified = fmt::format("every server of the replica runs {}", after.release.version)};
  const auto carried = carry_out(session, order, options.carry);
  const auto result = report::result_of(carried.events);
  if (globals.output == report::Output::text) {
    say(fmt::format("traffic: {}", report::traffic_sentence(result.traffic)));
    say(fmt::format(
        "rehearsal: {} (exit code {})", report::meaning_of(result.state), carried.exit_code));
  }
  if (!options.junit.empty()) {
    const auto name = after.cluster.empty() ? "the cluster" : after.cluster;
    const auto text = report::junit_report(carried.events, fmt::format("rehearsal of {}", name));
    if (auto written = base::write_file(options.junit, text); !written) {
      return fail(written.error(), run::kInternalError);
    }
  }
  return carried.exit_code;
}

int rehearse(const Globals& globals, const RehearseOptions& options) {
  if (!options.carry.deadline.empty() && !duration_option("--deadline", options.carry.deadline))
    return run::kUsage;
  const auto original = Session::open(globals, options.plan);
  const auto playbook = original ? load_playbook(original->plan, options.playbook) : std::nullopt;
  if (!playbook) return run::kUsage;
  const auto releases = options.releases.empty() ? globals.program.parent_path() / "releases"
                                                 : run::fs::absolute(options.releases);
  const auto brokers = find_brokers(releases, options.from, options.to);
  if (!brokers) return fail(brokers.error(), run::kUsage);
  auto folder = temporary_folder();
  if (!folder) return fail(folder.error(), run::kInternalError);
  Stage stage(globals, *std::move(folder));
  const auto replica = make_replica(original->plan, *brokers, stage.folder());
  if (!replica) return fail(replica.error(), run::kCheckFailed);
  if (auto up = stage.up(replica->before); !up) {
    const bool stopped = up.error().code == base::ErrorCode::cancelled;
    return fail(up.error(), stopped ? run::kInterrupted : run::kHalted);
  }
  auto here = globals;
  here.state_dir = stage.folder() / "natsctl";
  return play(here, options, replica->after, *playbook);
}

}  // namespace

Command rehearse_command() {
  return {
      "rehearse",
      "plays the same steps on a local replica under traffic",
      [](CLI::App& app) -> Run {
        auto options = std::make_shared<RehearseOptions>();
        app.add_option("PLAN", options->plan, "plan.yaml")->required()->type_name("");
        app.add_option("--playbook", options->playbook, "a shipped playbook's name, or a file")
            ->type_name("NAME");
        app.add_option("--releases",
                       options->releases,
                       "folder of VERSION/nats-broker; default: beside natsctl")
            ->type_name("DIR");
        app.add_option("--from", options->from, "the release before")->type_name("VERSION");
        app.add_option("--to", options->to, "the release after")->type_name("VERSION");
        app.add_option("--junit", options->junit, "write the result as JUnit XML")
            ->type_name("FILE");
        app.add_option("--report", options->carry.html, "write the HTML report")->type_name("FILE");
        app.add_option("--deadline", options->carry.deadline, "stop when it takes longer: 10m")
            ->type_name("DURATION");
        return [options](const Globals& globals) { return rehearse(globals, *options); };
      }};
}

}  // namespace cli
