// upgrade: the steps, shown, agreed to, and carried out.
#include "actions/action_table.h"
#include "cli/carry_out.h"
#include "playbook/compiler.h"
#include "playbook/render.h"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace cli {

namespace {

struct UpgradeOptions {
  std::string plan;
  std::string playbook;
  bool yes = false;
  bool dry_run = false;
  CarryOptions carry;
};

bool changes_anything(const playbook::Steps& steps) {
  return std::any_of(steps.list.begin(), steps.list.end(), [](const playbook::Step& step) {
    const auto* action = actions::find_action(step.action);
    return action != nullptr && action->changes;
  });
}

// Whether to go on: 0, or the exit code to leave with.
int agree(const UpgradeOptions& options, const playbook::Steps& steps) {
  if (options.yes || !changes_anything(steps)) return run::kVerified;
  if (::isatty(STDIN_FILENO) != 1) {
    complain(
        "this would change the cluster, and nobody can be asked here: say --yes, or --dry-run to "
        "look only");
    return run::kUsage;
  }
  std::fputs("Carry these steps out? [y/N] ", stdout);
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return run::kVerified;
  say("nothing was changed");
  return run::kAborted;
}

int upgrade(const Globals& globals, const UpgradeOptions& options) {
  if (!options.carry.deadline.empty() && !duration_option("--deadline", options.carry.deadline))
    return run::kUsage;
  const auto session = Session::open(globals, options.plan);
  const auto playbook = session ? load_playbook(session->plan, options.playbook) : std::nullopt;
  if (!playbook) return run::kUsage;
  const auto outlook = playbook::outlook(session->plan, *playbook, session->view());
  if (globals.output == report::Output::text || options.dry_run) {
    const auto text = globals.output == report::Output::text
                          ? playbook::to_text(session->plan, outlook)
                          : playbook::to_json(session->plan, outlook).dump_pretty() + "\n";
    std::fputs(text.c_str(), stdout);
  }
  if (options.dry_run) return run::kVerified;
  if (const int no = agree(options, outlook.steps); no != run::kVerified) return no;
  const NewRun order{
      .steps = outlook.steps,
      .forecast = outlook.chosen,
      .playbook = playbook->name,
      .command = "upgrade",
      .verified = fmt::format("every member runs {}", session->plan.release.version)};
  return carry_out(*session, order, options.carry).exit_code;
}

}  // namespace

Command upgrade_command() {
  return {"upgrade", "carries the upgrade out, one server at a time", [](CLI::App& app) -> Run {
            auto options = std::make_shared<UpgradeOptions>();
            app.add_option("PLAN", options->plan, "plan.yaml")->required()->type_name("");
            app.add_option("--playbook", options->playbook, "a shipped playbook's name, or a file")
                ->type_name("NAME");
            app.add_flag("-y,--yes", options->yes, "do not ask before it starts");
            app.add_flag(
                "--dry-run", options->dry_run, "only show the steps, as natsctl plan does");
            app.add_option("--deadline", options->carry.deadline, "pause when it takes longer: 30m")
                ->type_name("DURATION");
            app.add_option("--report", options->carry.html, "write the HTML report here too")
                ->type_name("FILE");
            offer_take_over(app, options->carry);
            return [options](const Globals& globals) { return upgrade(globals, *options); };
          }};
}

}  // namespace cli
