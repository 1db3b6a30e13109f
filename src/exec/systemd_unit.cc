#include "exec/systemd_unit.h"

#include "base/text.h"

#include <fmt/core.h>

namespace exec {

namespace {

// nats-server's max_connections when its conf names none. Source:
// docs.nats.io/running-a-nats-service/configuration#connectivity
constexpr std::int64_t kDefaultConnections = 65'536;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void check_state(std::vector<Concern>& concerns, const SystemdUnit& unit) {
  if (unit["LoadState"] == "not-found") {
    concerns.push_back(
        {fmt::format("there is no systemd unit {}", unit.name), "correct executor.service"});
  } else if (unit["LoadState"] == "masked" || has(unit["UnitFileState"], "masked")) {
    concerns.push_back({fmt::format("the unit {} is masked, so it cannot be started", unit.name),
                        fmt::format("systemctl unmask {}", unit.name)});
  } else if (unit["LoadState"] != "loaded") {
    concerns.push_back({fmt::format("systemd could not load {}: {}", unit.name, unit["LoadState"]),
                        fmt::format("systemctl status {}", unit.name)});
  }
  if (unit["UnitFileState"] == "disabled") {
    concerns.push_back({fmt::format("{} is disabled: it stays down after a reboot", unit.name),
                        fmt::format("systemctl enable {}", unit.name),
                        false});
  }
  if (unit["NeedDaemonReload"] == "yes") {
    concerns.push_back({fmt::format("{} was changed since systemd read it", unit.name),
                        "compare with systemctl cat; natsctl's daemon-reload makes it count",
                        false});
  }
  if (unit.held) {
    concerns.push_back(
        {fmt::format("an interrupted run of natsctl holds {}: it does not start", unit.name),
         "natsctl resume; without it the hold ends by itself",
         false});
  }
}

// As systemd writes it: "2min 30s"; nothing for "infinity".
std::optional<base::nanoseconds> timespan(std::string text) {
  for (auto at = text.find("min"); at != std::string::npos; at = text.find("min"))
    text.replace(at, 3, "m");
  std::erase(text, ' ');
  const auto duration = base::parse_duration(text);
  return duration ? std::optional(*duration) : std::nullopt;
}

// Releases of nats-server brought other units: up to 2.11.1 ExecStop sends SIGINT, from 2.11.2 on
// SIGUSR2 with TimeoutStopSec=150. Source: nats-server util/nats-server.service.
void check_stop(std::vector<Concern>& concerns, const SystemdUnit& unit) {
  const auto& stop = unit["ExecStop"];
  const bool by_signal = stop.empty();
  const bool lame_duck =
      by_signal ? unit["KillSignal"] == "12" : has(stop, "USR2") || has(stop, "ldm");
  if (!lame_duck) {
    concerns.push_back(
        {fmt::format("systemctl stop and a reboot cut clients off: {}",
                     by_signal ? "the unit's KillSignal is not SIGUSR2"
                               : "the unit's ExecStop does not send SIGUSR2"),
         "natsctl itself drains it; for the rest: ExecStop=/bin/kill -s SIGUSR2 $MAINPID, "
         "TimeoutStopSec=150",
         false});
    return;
  }
  const auto patience = timespan(unit["TimeoutStopUSec"]);
  const plan::Policy::Drain usual;
  if (patience && *patience < usual.duration) {
    concerns.push_back(
        {fmt::format("systemctl stop kills it after {}, in the middle of its lame duck",
                     base::format_duration(*patience)),
         fmt::format("TimeoutStopSec must be longer than lame_duck_duration ({} when the conf says "
                     "nothing)",
                     base::format_duration(usual.duration)),
         false});
  }
}

void check_limits(std::vector<Concern>& concerns, const SystemdUnit& unit) {
  if (unit["Restart"] == "always") {
    concerns.push_back({"Restart=always starts a server again that was drained",
                        "natsctl prevents that for its steps; better is Restart=on-failure",
                        false});
  }
  const auto files = base::parse_int(unit["LimitNOFILE"]);
  if (files && *files < kDefaultConnections) {
    concerns.push_back(
        {fmt::format("LimitNOFILE={} is less than the connections a server takes by default ({})",
                     *files,
                     kDefaultConnections),
         "LimitNOFILE=800000, as the unit of nats-server has it",
         false});
  }
}

void check_surroundings(std::vector<Concern>& concerns,
                        const SystemdUnit& unit,
                        const plan::fs::path& dir) {
  const auto top = dir.begin() == dir.end() ? "" : std::next(dir.begin())->string();
  if (unit["ProtectHome"] != "no" && !unit["ProtectHome"].empty() &&
      (top == "home" || top == "root")) {
    concerns.push_back(
        {fmt::format("{} does not see {}: it has ProtectHome={}",
                     unit.name,
                     dir.string(),
                     unit["ProtectHome"]),
         "let executor.dir be outside of people's homes, like /var/lib/natsctl/{node}"});
  }
  std::vector<std::string> others;
  for (const auto& file : base::split(unit["DropInPaths"], ' ')) {
    if (!file.empty() && !has(file, "natsctl")) others.push_back(file);
  }
  if (!others.empty()) {
    concerns.push_back(
        {fmt::format("{} has drop-ins: {}", unit.name, base::join(others, ", ")),
         "one that sets ExecStart and sorts behind 50-natsctl.conf would beat natsctl's",
         false});
  }
}

// One word of ExecStart. Source: systemd.service(5), COMMAND LINES; systemd.unit(5), SPECIFIERS.
std::string word(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '%' || c == '$') result += c;
    result += c;
  }
  return result + "\"";
}

}  // namespace

SystemdUnit SystemdUnit::read(std::string name, const std::vector<std::string>& lines) {
  SystemdUnit unit{std::move(name), {}};
  for (const auto& line : lines) {
    const auto equals = line.find('=');
    if (equals != std::string::npos)
      unit.properties[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return unit;
}

const std::string& SystemdUnit::operator[](const std::string& property) const {
  static const std::string nothing;
  const auto at = properties.find(property);
  return at == properties.end() ? nothing : at->second;
}

std::vector<Concern> audit(const SystemdUnit& unit, const plan::fs::path& dir) {
  std::vector<Concern> concerns;
  check_state(concerns, unit);
  if (unit["LoadState"] != "loaded") return concerns;
  check_stop(concerns, unit);
  check_limits(concerns, unit);
  check_surroundings(concerns, unit, dir);
  return concerns;
}

std::string drop_in(const plan::fs::path& dir, const std::vector<std::string>& args) {
  auto command = word((dir / "current" / "nats-server").string());
  for (const auto& argument : args)
    command += " " + word(argument);
  return fmt::format(
      "# Written by natsctl: this unit runs the release that {}/current names.\n"
      "# The package's program again: remove this file, systemctl daemon-reload, restart.\n"
      "[Service]\n"
      "ExecStart=\n"
      "ExecStart={}\n",
      dir.string(),
      command);
}

}  // namespace exec
