#include "cli/carry_out.h"

#include "actions/action_table.h"
#include "base/build_info.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/live.h"
#include "cli/traffic.h"
#include "exec/proc.h"
#include "gates/gate_keeper.h"
#include "plan/plan_writer.h"
#include "report/reports.h"
#include "run/runner.h"
#include "run/steering.h"

#include <array>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

run::Event first_event(const Session& session, const NewRun& order, const std::string& plan_text) {
  const auto& plan = session.plan;
  auto forecast = base::Json::object();
  for (const auto& row : order.forecast.rows) {
    forecast.set(row.step, std::chrono::duration_cast<base::milliseconds>(row.takes).count());
  }
  std::vector<std::string> members;
  for (const auto& node : plan.nodes)
    members.push_back(node.name);
  run::Event event;
  event.data = base::Json::object({{"natsctl", base::kNatsctlVersion},
                                   {"command", order.command},
                                   {"host", host_name()},
                                   {"cluster", plan.cluster.empty() ? "cluster" : plan.cluster},
                                   {"release", plan.release.version},
                                   {"playbook", order.playbook},
                                   {"plan_file", plan.file.string()},
                                   {"plan_sha256", base::sha256(plan_text)},
                                   {"servers", base::Json(members)},
                                   {"temp_node", plan.temp_node ? plan.temp_node->node.name : ""}});
  event.data.set("verified", order.verified);
  event.data.set("forecast", std::move(forecast));
  event.data.set("steps", to_json(order.steps));
  return event;
}

// Where the run is: its folder, its log, and the lock that keeps others away while this lives.
struct Place {
  run::RunStore store;
  base::FileLock lock;
  std::string who;
  std::string run;
};

// The console shows progress only; what else there is to say lies beside the journal.
void log_beside_the_journal(const Place& place, const Globals& globals) {
  base::log::Settings settings;
  settings.file = (place.store.folder_of(place.run) / "natsctl.log").string();
  settings.debug = globals.log_level != "info";
  settings.trace = globals.log_level == "trace";
  if (auto configured = base::log::configure(settings); !configured)
    complain(configured.error().what);
}

// "4711.123456": a pid alone may be somebody else's by now.
std::string text_of(const exec::ProcessId& id) {
  return fmt::format("{}.{}", id.pid, id.start_ticks);
}

std::string this_process() {
  const auto id = exec::identify(::getpid());
  return id ? text_of(*id) : "";
}

bool is_alive(const std::string& process) {
  const auto pid = base::parse_int(base::split(process, '.').front());
  const auto id = pid ? exec::identify(static_cast<int>(*pid)) : std::nullopt;
  return id && text_of(*id) == process;
}

run::Orders orders_for(Session& session,
                       const Place& place,
                       const Stops& stops,
                       Traffic& traffic,
                       const CarryOptions& options) {
  run::Orders orders;
  orders.gentle = stops.gentle();
  orders.urgent = session.globals.interrupt->urgent();
  orders.deadline = stops.deadline();
  orders.host = host_name();
  orders.process = this_process();
  orders.take_over = options.take_over;
  orders.look_at = [store = place.store](const std::string& text) {
    const auto owner = run::LockOwner::parse(text);
    std::error_code failure;
    const bool ours = run::fs::exists(store.journal_of(owner.run), failure);
    // We hold the lock of our state folder: without its process known, its run is not at work.
    if (owner.process.empty() ? !ours : is_alive(owner.process))
      return run::NodeLocks::Holder::alive;
    return ours ? run::NodeLocks::Holder::dead_and_ours : run::NodeLocks::Holder::dead;
  };
  orders.signal = session.globals.gentle();
  orders.asked = [store = place.store, run = place.run] { return store.asked(run); };
  orders.loss = [&traffic](run::Count count) { return traffic.loss(count); };
  if (traffic.flows()) orders.traffic = [&traffic] { return traffic.ledger(); };
  return orders;
}

void tell_the_end(const Session& session, const Place& place, run::Phase phase) {
  if (session.globals.output != report::Output::text) return;
  if (phase != run::Phase::finished) say(fmt::format("go on with: natsctl resume {}", place.run));
  say(fmt::format("report: {}", place.store.report_of(place.run).string()));
}

void write_report(const Place& place,
                  const std::vector<run::Event>& events,
                  const std::string& copy) {
  const auto page = report::html_report(events);
  if (auto written = base::write_file(place.store.report_of(place.run), page); !written) {
    complain(written.error().what);
  }
  if (copy.empty()) return;
  if (auto written = base::write_file(copy, page); !written) complain(written.error().what);
}

using Start = std::function<Result<run::Outcome>(run::Runner&)>;

Carried run_steps(Session& session,
                  const Place& place,
                  run::Journal& journal,
                  const CarryOptions& options,
                  const Start& start) {
  Carried result;
  result.run = place.run;
  std::optional<base::nanoseconds> within;
  if (!options.deadline.empty()) within = duration_option("--deadline", options.deadline);
  const bool counts = options.traffic == CarryOptions::Traffic::counts;
  auto traffic = Traffic::start(session);
  if (!traffic) {
    const int failed = fail(traffic.error(), run::kCheckFailed);
    if (counts) {
      result.exit_code = failed;
      return result;
    }
    traffic = std::make_unique<Traffic>();
  }
  place.store.forget_what_was_asked(place.run);
  if (auto named = place.store.name_holder({.who = place.who, .run = place.run}); !named)
    complain(named.error().what);
  log_beside_the_journal(place, session.globals);
  const Stops stops(session.globals, *session.clock, within, [&place] {
    return place.store.asked(place.run).has_value();
  });
  Live live(session);
  gates::GateKeeper keeper(*session.clock, [&] { return session.watcher->look(); });
  run::World world{.plan = session.plan,
                   .actions = actions::action_table(),
                   .executors = session.executors,
                   .watcher = *session.watcher,
                   .clock = *session.clock,
                   .wait_at_gate = run::through(keeper, session.plan)};
  run::Runner runner(
      world, orders_for(session, place, stops, **traffic, options), journal, live.observer());
  const auto outcome = start(runner);
  live.end();
  place.store.forget_what_was_asked(place.run);
  result.events = journal.events();
  write_report(place, result.events, options.html);
  if (!outcome) {
    // Nothing more could be written, so nothing more was done.
    complain(outcome.error().what);
    complain(fmt::format("go on with: natsctl resume {}", place.run));
    result.exit_code =
        runner.state().node_in_hand().empty() ? run::kInternalError : run::kManualWork;
    return result;
  }
  if (!outcome->told) complain(outcome->text);
  if (options.kept) tell_the_end(session, place, runner.state().phase);
  result.exit_code = outcome->exit_code;
  return result;
}

Result<Place> take_place(const Globals& globals, const std::string& command) {
  auto store = globals.store();
  auto who = fmt::format("natsctl {}, process {}", command, ::getpid());
  auto lock = TRY(store.lock({.who = who, .run = ""}));
  return Place{
      .store = std::move(store), .lock = std::move(lock), .who = std::move(who), .run = {}};
}

int exit_code_of(const Error& error) {
  return error.code == ErrorCode::refused ? run::kLocked : run::kInternalError;
}

}  // namespace

void offer_take_over(CLI::App& app, CarryOptions& options) {
  app.add_flag("--take-over",
               options.take_over,
               "locks that another natsctl has left on nodes are a dead one's: you have looked");
}

std::optional<base::nanoseconds> duration_option(const std::string& name, const std::string& text) {
  const auto duration = base::parse_duration(text);
  if (duration) return *duration;
  complain(fmt::format("{}: {}", name, duration.error().what));
  return std::nullopt;
}

Carried carry_out(Session& session, const NewRun& order, const CarryOptions& options) {
  auto place = take_place(session.globals, order.command);
  if (!place)
    return {.exit_code = fail(place.error(), exit_code_of(place.error())), .run = {}, .events = {}};
  // Which program it is, is fixed now: the file may become another one before the last node.
  auto& release = session.plan.release;
  if (release.sha256.empty()) {
    if (const auto digest = base::sha256_of_file(release.binary)) release.sha256 = *digest;
  }
  const auto text = plan::write_plan(session.plan);
  const auto begin = [&]() -> Result<run::Journal> {
    place->run = TRY(place->store.add(session.plan.cluster, session.clock->wall()));
    TRY(base::write_file(place->store.plan_of(place->run), text));
    return run::Journal::create(place->store.journal_of(place->run), place->run, *session.clock);
  };
  auto journal = begin();
  if (!journal)
    return {.exit_code = fail(journal.error(), run::kInternalError), .run = {}, .events = {}};
  return run_steps(session, *place, *journal, options, [&](run::Runner& runner) {
    return runner.begin(first_event(session, order, text));
  });
}

namespace {

// A run that has begun before.
Carried again(Session& session,
              const std::string& run,
              const std::string& command,
              const CarryOptions& options,
              const Start& start) {
  auto place = take_place(session.globals, command);
  if (!place)
    return {.exit_code = fail(place.error(), exit_code_of(place.error())), .run = {}, .events = {}};
  place->run = run;
  auto journal = run::Journal::reopen(place->store.journal_of(run), *session.clock);
  if (!journal)
    return {.exit_code = fail(journal.error(), run::kManualWork), .run = run, .events = {}};
  return run_steps(session, *place, *journal, options, start);
}

}  // namespace

Carried carry_on(Session& session, const std::string& run, const CarryOptions& options) {
  return again(
      session, run, "resume", options, [](run::Runner& runner) { return runner.carry_on(); });
}

Carried carry_back(Session& session, const std::string& run, run::Wish wish, CarryOptions options) {
  options.traffic = CarryOptions::Traffic::shown;
  return again(session, run, name_of(wish), options, [wish](run::Runner& runner) {
    return runner.obey(wish);
  });
}

}  // namespace cli
