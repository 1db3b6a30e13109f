// schema, completion and version: what editors, shells and people ask of natsctl itself.
#include "actions/action_table.h"
#include "base/build_info.h"
#include "base/text.h"
#include "cli/command.h"
#include "plan/plan_reader.h"
#include "playbook/playbook_reader.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

std::string command_names() {
  std::vector<std::string> names;
  for (const auto& command : command_table())
    names.push_back(command.name);
  return base::join(names, " ");
}

std::string bash_completion() {
  return fmt::format(
      "_natsctl() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n"
      "  else COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
      "}}\n"
      "complete -o filenames -F _natsctl natsctl\n",
      command_names());
}

std::string zsh_completion() {
  std::string rows;
  for (const auto& command : command_table()) {
    auto summary = command.summary;
    std::erase(summary, '\'');
    rows += fmt::format("    '{}:{}'\n", command.name, summary);
  }
  return fmt::format(
      "#compdef natsctl\n"
      "_natsctl() {{\n"
      "  local -a commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then _describe command commands; else _files; fi\n"
      "}}\n"
      "compdef _natsctl natsctl\n",
      rows);
}

std::string fish_completion() {
  std::string rows;
  for (const auto& command : command_table()) {
    auto summary = command.summary;
    std::erase(summary, '\'');
    rows += fmt::format(
        "complete -c natsctl -n __fish_use_subcommand -f -a {} -d '{}'\n", command.name, summary);
  }
  return rows;
}

}  // namespace

Command schema_command() {
  return {
      "schema", "JSON Schema of plan.yaml or of a playbook, for editors", [](CLI::App& app) -> Run {
        auto what = std::make_shared<std::string>();
        app.add_option("WHAT", *what, "plan or playbook")
            ->required()
            ->check(CLI::IsMember({"plan", "playbook"}).description(""))
            ->type_name("");
        return [what](const Globals&) {
          const auto schema = *what == "plan" ? plan::plan_schema()
                                              : playbook::playbook_schema(actions::vocabulary());
          say(schema.dump_pretty());
          return run::kVerified;
        };
      }};
}

Command completion_command() {
  return {"completion", "a completion script for bash, zsh or fish", [](CLI::App& app) -> Run {
            auto shell = std::make_shared<std::string>();
            app.add_option("SHELL", *shell, "bash, zsh or fish")
                ->required()
                ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
                ->type_name("");
            return [shell](const Globals&) {
              const auto text = *shell == "bash"  ? bash_completion()
                                : *shell == "zsh" ? zsh_completion()
                                                  : fish_completion();
              std::fputs(text.c_str(), stdout);
              return run::kVerified;
            };
          }};
}

Command version_command() {
  return {"version", "natsctl's version", [](CLI::App&) -> Run {
            return [](const Globals& globals) {
              if (globals.output == report::Output::text) {
                say(fmt::format("natsctl {}", base::kNatsctlVersion));
              } else {
                say(base::Json::object({{"natsctl", base::kNatsctlVersion}}).dump());
              }
              return run::kVerified;
            };
          }};
}

}  // namespace cli
