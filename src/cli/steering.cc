// resume, pause, abort and rollback: steering a run that has begun.
#include "run/steering.h"

#include "cli/carry_out.h"
#include "plan/plan_reader.h"
#include "run/journal.h"
#include "run/run_state.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

struct SteerOptions {
  std::string run;
  CarryOptions carry;
};

// The plan as it was when the run began: what lies at its place now may be another one.
std::optional<plan::Plan> plan_of(const run::RunStore& store,
                                  const std::string& run,
                                  const run::RunState& state) {
  const auto text = base::read_file(store.plan_of(run));
  if (!text) {
    complain(text.error().what);
    return std::nullopt;
  }
  base::Problems problems;
  auto plan = plan::parse_plan(state.plan_file, *text, problems);
  for (const auto& problem : problems)
    complain(problem.text());
  return plan;
}

int resume(const Globals& globals, const SteerOptions& options) {
  if (!options.carry.deadline.empty() && !duration_option("--deadline", options.carry.deadline))
    return run::kUsage;
  const auto store = globals.store();
  const auto run = store.find(options.run);
  if (!run) return fail(run.error(), run::kUsage);
  const auto events = run::load_journal(store.journal_of(*run));
  if (!events) return fail(events.error(), run::kManualWork);
  const auto state = run::fold(*events);
  if (events->empty()) {
    complain(
        fmt::format("run {} ended before it had begun; start it again with natsctl upgrade", *run));
    return run::kUsage;
  }
  if (state.phase == run::Phase::finished) {
    complain(fmt::format("run {} is over: {}", *run, state.why));
    return state.exit_code == run::kVerified ? run::kVerified : run::kUsage;
  }
  auto plan = plan_of(store, *run, state);
  if (!plan) return run::kUsage;
  Session session(globals, *std::move(plan));
  return carry_on(session, *run, options.carry).exit_code;
}

// To a natsctl that carries the run out at another terminal.
int ask(const run::RunStore& store, const std::string& run, run::Wish wish) {
  if (auto asked = store.ask(run, wish); !asked) return fail(asked.error(), run::kInternalError);
  switch (wish) {
    case run::Wish::pause:
      say(fmt::format(
          "run {} pauses before the next server; go on with: natsctl resume {}", run, run));
      break;
    case run::Wish::abort:
      say(fmt::format("run {} stops before the next server, removes what it created and ends",
                      run));
      break;
    case run::Wish::rollback:
      say(fmt::format("run {} stops before the next server and puts back what it changed", run));
      break;
  }
  return run::kVerified;
}

int steer(const Globals& globals, const SteerOptions& options, run::Wish wish) {
  const auto store = globals.store();
  const auto run = store.find(options.run);
  if (!run) return fail(run.error(), run::kUsage);
  const auto events = run::load_journal(store.journal_of(*run));
  if (!events) return fail(events.error(), run::kManualWork);
  const auto state = run::fold(*events);
  const auto holder = store.holder();
  const bool at_work = holder && holder->run == *run;
  auto nonsense = run::senseless(wish, state, at_work);
  if (events->empty()) nonsense = fmt::format("run {} ended before it had begun", *run);
  if (nonsense) {
    complain(*nonsense);
    return run::kUsage;
  }
  if (at_work) return ask(store, *run, wish);
  auto plan = plan_of(store, *run, state);
  if (!plan) return run::kUsage;
  Session session(globals, *std::move(plan));
  return carry_back(session, *run, wish, options.carry).exit_code;
}

std::shared_ptr<SteerOptions> steered_run(CLI::App& app) {
  auto options = std::make_shared<SteerOptions>();
  app.add_option("RUN", options->run, "a run's id, or a part of it; the newest one when left out")
      ->type_name("");
  return options;
}

Command steering(const std::string& name, const std::string& summary, run::Wish wish) {
  return {name, summary, [wish](CLI::App& app) -> Run {
            auto options = steered_run(app);
            if (wish != run::Wish::pause) offer_take_over(app, options->carry);
            return
                [options, wish](const Globals& globals) { return steer(globals, *options, wish); };
          }};
}

}  // namespace

Command resume_command() {
  return {"resume",
          "goes on with a run that paused, halted, was interrupted or killed",
          [](CLI::App& app) -> Run {
            auto options = steered_run(app);
            offer_take_over(app, options->carry);
            app.add_option("--deadline", options->carry.deadline, "pause when it takes longer: 30m")
                ->type_name("DURATION");
            app.add_option("--report", options->carry.html, "write the HTML report here too")
                ->type_name("FILE");
            return [options](const Globals& globals) { return resume(globals, *options); };
          }};
}

Command pause_command() {
  return steering("pause",
                  "asks a run, also one of another terminal, to rest before the next server",
                  run::Wish::pause);
}

Command abort_command() {
  return steering(
      "abort",
      "ends a run before the next server and removes what it created; what is done stays",
      run::Wish::abort);
}

Command rollback_command() {
  return steering("rollback",
                  "puts every server back that a run changed, one at a time, also after its end",
                  run::Wish::rollback);
}

}  // namespace cli
