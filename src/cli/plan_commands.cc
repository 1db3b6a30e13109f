// check, plan and runbook: what can be known before anything is done. None changes anything.
#include "actions/action_table.h"
#include "base/text.h"
#include "cli/session.h"
#include "playbook/render.h"
#include "playbook/runbook.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

struct PlanOptions {
  std::string plan;
  std::string playbook;
  std::string form = "text";
};

std::shared_ptr<PlanOptions> plan_options(CLI::App& app, bool with_playbook) {
  auto options = std::make_shared<PlanOptions>();
  app.add_option("PLAN", options->plan, "plan.yaml")->required()->type_name("");
  if (with_playbook) {
    app.add_option("--playbook", options->playbook, "a shipped playbook's name, or a file")
        ->type_name("NAME");
  }
  return options;
}

const char* word_of(actions::Severity severity) {
  switch (severity) {
    case actions::Severity::error:
      return "error";
    case actions::Severity::warning:
      return "warning";
    case actions::Severity::note:
      return "note";
  }
  return "";
}

report::Colour colour_of(actions::Severity severity) {
  switch (severity) {
    case actions::Severity::error:
      return report::Colour::red;
    case actions::Severity::warning:
      return report::Colour::yellow;
    case actions::Severity::note:
      return report::Colour::dim;
  }
  return report::Colour::dim;
}

base::Json to_json(const std::vector<actions::Finding>& findings) {
  auto list = base::Json::array();
  for (const auto& finding : findings) {
    list.push(base::Json::object({{"node", finding.node},
                                  {"severity", word_of(finding.severity)},
                                  {"what", finding.what},
                                  {"hint", finding.hint},
                                  {"rule", finding.rule},
                                  {"source", finding.source}}));
  }
  return base::Json::object({{"findings", std::move(list)}});
}

void print(const std::vector<actions::Finding>& findings, const report::Terminal& terminal) {
  for (const auto& finding : findings) {
    const auto word = fmt::format("{:7}", word_of(finding.severity));
    say(fmt::format(
        "{}  {}", terminal.paint(colour_of(finding.severity), word), finding.sentence()));
  }
  const auto errors = static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [](const actions::Finding& finding) {
        return finding.severity == actions::Severity::error;
      }));
  if (errors == 0) {
    say(terminal.paint(report::Colour::green, "nothing stands in the way of the upgrade"));
  } else {
    say(fmt::format("{} must be settled before the upgrade", base::count_of(errors, "finding")));
  }
}

int check(const Globals& globals, const PlanOptions& options) {
  const auto session = Session::open(globals, options.plan);
  if (!session || !load_playbook(session->plan, options.playbook)) return run::kUsage;
  auto findings = actions::preflight(session->plan, session->watcher->look(), session->executors);
  for (auto& finding : actions::check_watching(session->plan, *session->watcher))
    findings.push_back(std::move(finding));
  for (auto& finding : actions::check_clients(session->plan, *session->watcher))
    findings.push_back(std::move(finding));
  if (globals.output == report::Output::text) {
    print(findings, globals.terminal());
  } else {
    say(to_json(findings).dump_pretty());
  }
  return actions::any_error(findings) ? run::kCheckFailed : run::kVerified;
}

int show_plan(const Globals& globals, const PlanOptions& options) {
  const auto session = Session::open(globals, options.plan);
  const auto playbook = session ? load_playbook(session->plan, options.playbook) : std::nullopt;
  if (!playbook) return run::kUsage;
  const auto outlook = playbook::outlook(session->plan, *playbook, session->view());
  const bool json =
      options.form == "json" || (options.form == "text" && globals.output != report::Output::text);
  std::string text;
  if (json) {
    text = playbook::to_json(session->plan, outlook).dump_pretty() + "\n";
  } else if (options.form == "markdown") {
    text = playbook::to_markdown(session->plan, outlook);
  } else if (options.form == "dot") {
    text = playbook::to_dot(session->plan, outlook);
  } else {
    text = playbook::to_text(session->plan, outlook);
  }
  std::fputs(text.c_str(), stdout);
  return run::kVerified;
}

int show_runbook(const Globals& globals, const PlanOptions& options) {
  const auto session = Session::open(globals, options.plan);
  const auto playbook = session ? load_playbook(session->plan, options.playbook) : std::nullopt;
  if (!playbook) return run::kUsage;
  const auto by_hand = [](const plan::Plan& plan, const playbook::Step& step) {
    const auto* action = actions::find_action(step.action);
    return action != nullptr && action->by_hand ? action->by_hand(plan, step)
                                                : std::vector<std::string>();
  };
  const auto outlook = playbook::outlook(session->plan, *playbook, session->view());
  const auto text =
      playbook::to_runbook(session->plan, *playbook, outlook, actions::vocabulary(), by_hand);
  std::fputs(text.c_str(), stdout);
  return run::kVerified;
}

}  // namespace

Command check_command() {
  return {"check",
          "every check before an upgrade, all findings at once; changes nothing",
          [](CLI::App& app) -> Run {
            auto options = plan_options(app, true);
            return [options](const Globals& globals) { return check(globals, *options); };
          }};
}

Command plan_command() {
  return {"plan",
          "the steps of the upgrade, and where the clients go; changes nothing",
          [](CLI::App& app) -> Run {
            auto options = plan_options(app, true);
            app.add_option("-o,--form", options->form, "text, json, markdown or dot")
                ->check(CLI::IsMember({"text", "json", "markdown", "dot"}).description(""))
                ->type_name("FORM");
            return [options](const Globals& globals) { return show_plan(globals, *options); };
          }};
}

Command runbook_command() {
  return {"runbook",
          "the same steps as Markdown, for a person who does them by hand",
          [](CLI::App& app) -> Run {
            auto options = plan_options(app, true);
            return [options](const Globals& globals) { return show_runbook(globals, *options); };
          }};
}

}  // namespace cli
