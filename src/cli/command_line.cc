#include "cli/command_line.h"

#include "base/build_info.h"
#include "base/log.h"
#include "base/text.h"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

void add_globals(CLI::App& app, Globals& globals) {
  const std::map<std::string, report::Output> outputs = {{"text", report::Output::text},
                                                         {"jsonl", report::Output::jsonl},
                                                         {"json", report::Output::json}};
  const std::map<std::string, report::UseColour> colours = {{"auto", report::UseColour::automatic},
                                                            {"always", report::UseColour::always},
                                                            {"never", report::UseColour::never}};
  const std::string group = "For every command";
  app.add_option("--output", globals.output, "text, jsonl (an event a line) or json")
      ->transform(CLI::CheckedTransformer(outputs).description(""))
      ->type_name("FORM")
      ->group(group);
  app.add_option("--color", globals.colour, "auto, always or never; NO_COLOR is respected")
      ->transform(CLI::CheckedTransformer(colours).description(""))
      ->type_name("WHEN")
      ->group(group);
  app.add_option("--log-level", globals.log_level, "info, debug or trace")
      ->check(CLI::IsMember({"info", "debug", "trace"}).description(""))
      ->type_name("LEVEL")
      ->group(group);
  app.add_option(
         "--state-dir", globals.state_dir, "where runs are kept; default $XDG_STATE_HOME/natsctl")
      ->type_name("DIR")
      ->group(group);
  auto& access = globals.access;
  app.add_option("--user", access.user, "user of natsctl's own clients; password in $NATS_PASSWORD")
      ->envname("NATS_USER")
      ->group(group);
  app.add_option("--password-file", access.password.file, "its password, the first line of a file")
      ->group(group);
  app.add_option("--creds", access.creds, "credentials file")->envname("NATS_CREDS")->group(group);
  app.add_option("--tlsca", access.ca, "certificate authority of the servers")
      ->envname("NATS_CA")
      ->group(group);
  app.add_option("--tlscert", access.cert, "client certificate")
      ->envname("NATS_CERT")
      ->group(group);
  app.add_option("--tlskey", access.key, "its key")->envname("NATS_KEY")->group(group);
}

void settle(Globals& globals, const char* program) {
  if (globals.state_dir.empty()) globals.state_dir = run::RunStore::default_folder();
  globals.state_dir = run::fs::absolute(globals.state_dir);
  std::error_code failure;
  globals.program = run::fs::read_symlink("/proc/self/exe", failure);
  if (failure) globals.program = run::fs::absolute(program);
  if (!globals.access.user.empty() && globals.access.password.file.empty()) {
    globals.access.password.variable = "NATS_PASSWORD";
  }
  base::log::set_debug(globals.log_level != "info");
  base::log::set_trace(globals.log_level == "trace");
}

// What a person should type instead.
std::string hint_for(int argc, char** argv) {
  std::vector<std::string> names;
  for (const auto& command : command_table())
    names.push_back(command.name);
  std::string unknown;
  bool value = false;  // what stands behind an option may be its value
  for (int at = 1; at < argc; ++at) {
    const std::string word = argv[at];
    if (std::find(names.begin(), names.end(), word) != names.end())
      return fmt::format("see natsctl {} --help", word);
    const bool option = word.starts_with("-");
    if (unknown.empty() && !option && !value) unknown = word;
    value = option && word.find('=') == std::string::npos;
  }
  if (unknown.empty()) return "see natsctl --help";
  const auto near = base::nearest(unknown, names);
  return fmt::format(
      "there is no command '{}'; {}",
      unknown,
      near.empty() ? "natsctl --help lists them" : fmt::format("did you mean natsctl {}?", near));
}

}  // namespace

int run_command_line(int argc, char** argv) {
  const base::Interrupt interrupt;
  Globals globals;
  globals.interrupt = &interrupt;
  CLI::App app(
      "natsctl upgrades a NATS cluster, one server at a time, without taking it away from its "
      "clients.");
  app.name("natsctl");
  app.set_version_flag("--version", std::string(base::kNatsctlVersion));
  app.require_subcommand(1);
  app.fallthrough();
  add_globals(app, globals);
  std::map<const CLI::App*, Run> runs;
  for (const auto& command : command_table()) {
    auto* sub = app.add_subcommand(command.name, command.summary);
    runs[sub] = command.define(*sub);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    complain(wrong.what());
    complain(hint_for(argc, argv));
    return run::kUsage;
  }
  settle(globals, argv[0]);
  return runs.at(app.get_subcommands().front())(globals);
}

}  // namespace cli
