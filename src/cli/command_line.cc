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
}

// Who natsctl's own clients are, and who it is in the system account: the nats CLI's names, the
// second kind with "system-" before them. No secret stands among them.
void add_access(CLI::App& app, Globals& globals) {
  const std::string group = "Who natsctl is to the servers";
  const auto add = [&](const std::string& name,
                       auto& place,
                       const std::string& meaning,
                       const std::string& variable,
                       const std::string& type) {
    app.add_option(name, place, meaning)->envname(variable)->type_name(type)->group(group);
  };
  auto& own = globals.access;
  add("--context", own.context, "a context of the nats CLI", "NATS_CONTEXT", "NAME");
  add("--user", own.user, "a user; its password in $NATS_PASSWORD", "NATS_USER", "NAME");
  add("--password-file", own.password.file, "or the first line of a file", "", "FILE");
  add("--creds", own.creds, "a credentials file", "NATS_CREDS", "FILE");
  add("--nkey", own.nkey.file, "a file with the seed of an nkey", "NATS_NKEY", "FILE");
  add("--tlsca", own.ca, "the servers' certificate authority", "NATS_CA", "FILE");
  add("--tlscert", own.cert, "a client certificate", "NATS_CERT", "FILE");
  add("--tlskey", own.key, "its key", "NATS_KEY", "FILE");
  auto& system = globals.system;
  add("--system-context", system.context, "in the system account: a context", "", "NAME");
  add("--system-user",
      system.user,
      "a user; its password in $NATS_SYSTEM_PASSWORD",
      "NATS_SYSTEM_USER",
      "NAME");
  add("--system-password-file", system.password.file, "or the first line of a file", "", "FILE");
  add("--system-creds", system.creds, "a credentials file", "NATS_SYSTEM_CREDS", "FILE");
  add("--system-nkey", system.nkey.file, "a file with a seed", "NATS_SYSTEM_NKEY", "FILE");
}

// Where a user's password is when no file was named.
void settle_password(plan::Access& access, const char* variable) {
  if (!access.user.empty() && access.password.file.empty()) access.password.variable = variable;
}

void settle(Globals& globals, const char* program) {
  if (globals.state_dir.empty()) globals.state_dir = run::RunStore::default_folder();
  globals.state_dir = run::fs::absolute(globals.state_dir);
  std::error_code failure;
  globals.program = run::fs::read_symlink("/proc/self/exe", failure);
  if (failure) globals.program = run::fs::absolute(program);
  settle_password(globals.access, "NATS_PASSWORD");
  settle_password(globals.system, "NATS_SYSTEM_PASSWORD");
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
  add_access(app, globals);
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
