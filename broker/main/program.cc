#include "broker/main/program.h"

#include "base/text.h"
#include "broker/main/flags.h"
#include "broker/main/signal_command.h"
#include "broker/main/usage.h"
#include "broker/monitor/monitor.h"
#include "broker/server/options_reader.h"
#include "broker/server/server.h"
#include "broker/server/signals.h"
#include "broker/system/system.h"

#include <cstdio>

namespace broker {
namespace {

constexpr int kFailed = 1;

int fail(const std::string& what) {
  const std::string line = "nats-server: " + what + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);  // a mistake may be at a sign that is 0
  return kFailed;
}

// Mistakes of a file, as nats-server prints them: a line each, and an empty one after them.
std::string listed(const std::vector<std::string>& lines) {
  // What has no place, such as a file that is not there, stands alone.
  const auto begins = [&](std::string_view start) { return lines[0].starts_with(start); };
  const bool placeless = lines.size() == 1 &&
                         (begins("Parse error") || begins("open ") || begins("config is invalid"));
  return base::join(lines, "\n") + (placeless ? "" : "\n");
}

int test_conf(const CommandLine& line) {
  if (line.config_file.empty()) {
    return fail("must specify [-c, --config] option to check configuration file syntax");
  }
  Options options;
  ConfReport report = read_options(line.config_file, options);
  auto& mistakes = report.errors;
  mistakes.insert(mistakes.end(), report.warnings.begin(), report.warnings.end());
  if (!mistakes.empty()) return fail(listed(mistakes));
  std::fprintf(stderr, "nats-server: configuration file %s is valid\n", line.config_file.c_str());
  return 0;
}

// File first, then flags. What the file should have said otherwise goes to stderr, as nats-server
// does it, when `talk` is set.
base::Result<ReadOptions> read_all(const CommandLine& line, const std::string& version, bool talk) {
  ReadOptions read;
  read.options.version = version;
  if (!line.config_file.empty()) {
    ConfReport report = read_options(line.config_file, read.options);
    if (!report.errors.empty()) {
      auto lines = report.errors;
      lines.insert(lines.end(), report.warnings.begin(), report.warnings.end());
      return base::Error(base::ErrorCode::invalid, talk ? listed(lines) : base::join(lines, "\n"));
    }
    for (const std::string& warning : report.warnings) {
      if (talk) std::fprintf(stderr, "%s\n", warning.c_str());
    }
    read.notices = std::move(report.notices);
  }
  TRY(apply_flags(line, read.options));
  for (const std::string& flag : flags_without_effect(line)) {
    read.notices.push_back(flag + " has no effect in this broker");
  }
  return read;
}

int serve(const CommandLine& line, const std::string& version) {
  auto read = read_all(line, version, true);
  if (!read) return fail(read.error().what);
  if (const auto good = validate(read->options); !good) return fail(good.error().what);
  if (const auto logging = base::log::configure(read->options.log); !logging) {
    std::fprintf(stderr, "%s\n", logging.error().what.c_str());
    return kFailed;
  }

  Server server(read->options, [&line, &version] { return read_all(line, version, false); });
  // Made before the server's threads, so that they inherit the blocked signals.
  Signals signals([&server](int number) { server.on_signal(number); });

  const auto fatal = [](const base::Error& error) {
    base::log::fatal("{}", error.what);
    return kFailed;
  };
  if (const auto prepared = server.prepare(); !prepared) return fail(prepared.error().what);
  if (const auto announced = server.announce(read->notices); !announced) {
    return fatal(announced.error());
  }
  const auto seen = observe(server);
  std::unique_ptr<System> system;
  if (read->options.has_system_account()) {
    system = std::make_unique<System>(server, seen);
    server.before_lame_duck([&system] { system->say_lame_duck(); });
  }
  std::unique_ptr<Monitor> monitor;
  if (read->options.http_port != 0 || read->options.https_port != 0) {
    auto opened = Monitor::open(server, seen);
    if (!opened) return fatal(opened.error());
    monitor = *std::move(opened);
    server.set_monitor_urls({monitor->url()});
  }
  server.before_stopping([&monitor, &system] {
    monitor.reset();
    if (system != nullptr) system->stop();
  });
  if (const auto listening = server.listen(); !listening) {
    server.give_up();
    return fatal(listening.error());
  }
  return server.run();
}

}  // namespace

int run_program(const std::string& version, const std::vector<std::string>& arguments) {
  const auto line = read_command_line(arguments);
  if (!line) {
    if (line.error().code == base::ErrorCode::refused) return fail(line.error().what);
    std::fprintf(stderr, "%s\n", line.error().what.c_str());
    std::fputs(kUsage, stdout);
    return 0;
  }
  switch (line->wanted) {
    case CommandLine::Wanted::show_version:
      std::printf("nats-server: v%s\n", version.c_str());
      return 0;
    case CommandLine::Wanted::show_usage:
      std::fputs(kUsage, stdout);
      return 0;
    case CommandLine::Wanted::show_tls_help:
      std::fputs(kTlsHelp, stdout);
      return 0;
    case CommandLine::Wanted::send_signal: {
      const auto sent = send_signal_command(line->signal);
      return sent ? 0 : fail(sent.error().what);
    }
    case CommandLine::Wanted::test_conf:
      return test_conf(*line);
    case CommandLine::Wanted::serve:
      return serve(*line, version);
  }
  return kFailed;
}

}  // namespace broker
