// runs, report and journal: what happened.
#include "cli/command.h"
#include "report/event_line.h"
#include "report/reports.h"
#include "report/table.h"
#include "run/journal.h"
#include "run/run_state.h"

#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

struct ReportOptions {
  std::string run;
  std::string html;
  std::string junit;
};

using Events = std::vector<run::Event>;

// The events of the run that was asked for, or an exit code.
std::variant<Events, int> events_of(const Globals& globals, const std::string& wanted) {
  const auto store = globals.store();
  const auto run = store.find(wanted);
  if (!run) return fail(run.error(), run::kUsage);
  auto events = run::load_journal(store.journal_of(*run));
  if (!events) return fail(events.error(), run::kInternalError);
  return *std::move(events);
}

std::vector<std::string> row_of(const run::RunStore& store, const std::string& run) {
  const auto events = run::load_journal(store.journal_of(run));
  if (!events) return {run, "", "", "", events.error().what};
  const auto state = run::fold(*events);
  const auto done =
      fmt::format("{}/{}", state.steps.list.size() - state.left().size(), state.steps.list.size());
  return {run,
          state.command,
          done,
          state.exit_code ? std::to_string(*state.exit_code) : "-",
          report::meaning_of(state)};
}

int list_runs(const Globals& globals) {
  const auto store = globals.store();
  report::Table table;
  table.heads = {"run", "command", "steps", "exit", "result"};
  for (const auto& run : store.runs())
    table.rows.push_back(row_of(store, run));
  if (globals.output == report::Output::text) {
    const auto terminal = globals.terminal();
    for (const auto& line : lines_of(table, terminal))
      say(line);
    return run::kVerified;
  }
  auto list = base::Json::array();
  for (const auto& row : table.rows) {
    auto json = base::Json::object();
    for (std::size_t column = 0; column < row.size(); ++column)
      json.set(table.heads[column], row[column]);
    list.push(std::move(json));
  }
  say(base::Json::object({{"runs", std::move(list)}}).dump_pretty());
  return run::kVerified;
}

int write_to(const std::string& file, const std::string& text) {
  if (auto written = base::write_file(file, text); !written)
    return fail(written.error(), run::kInternalError);
  return run::kVerified;
}

int show_report(const Globals& globals, const ReportOptions& options) {
  const auto found = events_of(globals, options.run);
  if (const auto* code = std::get_if<int>(&found)) return *code;
  const auto& events = std::get<Events>(found);
  if (!options.html.empty()) return write_to(options.html, report::html_report(events));
  if (!options.junit.empty()) {
    return write_to(options.junit,
                    report::junit_report(events, "upgrade of " + run::fold(events).cluster));
  }
  if (globals.output == report::Output::text) {
    std::fputs(report::text_report(events).c_str(), stdout);
  } else {
    say(report::document_of(events).dump_pretty());
  }
  return run::kVerified;
}

int show_journal(const Globals& globals, const ReportOptions& options) {
  const auto found = events_of(globals, options.run);
  if (const auto* code = std::get_if<int>(&found)) return *code;
  const auto terminal = globals.terminal();
  for (const auto& event : std::get<Events>(found)) {
    if (globals.output != report::Output::text) {
      say(to_json(event).dump());
    } else if (const auto line = report::line_of(event, terminal)) {
      say(*line);
    }
  }
  return run::kVerified;
}

std::shared_ptr<ReportOptions> run_option(CLI::App& app) {
  auto options = std::make_shared<ReportOptions>();
  app.add_option("RUN", options->run, "a run's id, or a part of it; the newest one when left out")
      ->type_name("");
  return options;
}

}  // namespace

Command runs_command() {
  return {"runs", "every run, and how it ended", [](CLI::App&) -> Run { return list_runs; }};
}

Command report_command() {
  return {"report", "what happened in a run, step by step", [](CLI::App& app) -> Run {
            auto options = run_option(app);
            app.add_option("--html", options->html, "write it as one HTML page")->type_name("FILE");
            app.add_option("--junit", options->junit, "write it as JUnit XML")->type_name("FILE");
            return [options](const Globals& globals) { return show_report(globals, *options); };
          }};
}

Command journal_command() {
  return {"journal", "every event of a run; --output jsonl for machines", [](CLI::App& app) -> Run {
            auto options = run_option(app);
            return [options](const Globals& globals) { return show_journal(globals, *options); };
          }};
}

}  // namespace cli
