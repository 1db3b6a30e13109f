#include "report/picture.h"

#include <algorithm>

#include <fmt/format.h>

namespace report {

namespace {

constexpr std::size_t kMostReadings =
    6;  // of a gate; more would push the table off a small terminal

using run::EventKind;

base::nanoseconds whole_seconds(base::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration);
}

base::nanoseconds forecast_of_what_is_left(const Picture& picture, base::WallTime now) {
  base::nanoseconds left{};
  for (const auto* step : picture.state.left()) {
    const auto at = picture.forecast.find(step->id);
    if (at == picture.forecast.end()) continue;
    const bool current = picture.state.current == step->id;
    const auto spent = current ? now - picture.step_began : base::nanoseconds{};
    left += std::max(base::nanoseconds{}, at->second - spent);
  }
  return left;
}

std::string bar(std::size_t done, std::size_t all, std::size_t width) {
  const auto full = all == 0 ? 0 : done * width / all;
  std::string result;
  for (std::size_t at = 0; at < width; ++at)
    result += at < full ? "━" : "─";
  return result;
}

std::string head_line(const Picture& picture, const Terminal& terminal) {
  const auto& state = picture.state;
  return fmt::format(
      "{}  {}",
      terminal.paint(Colour::bold, fmt::format("{} to {}", state.cluster, state.release)),
      terminal.paint(Colour::dim, fmt::format("{}, run {}", state.playbook, state.run)));
}

std::string time_line(const Picture& picture, base::WallTime now, const Terminal& terminal) {
  const auto& state = picture.state;
  const auto all = state.steps.list.size();
  const auto done = all - state.left().size();
  const auto spent = base::format_duration(whole_seconds(now - state.started));
  const auto left = base::format_duration(whole_seconds(forecast_of_what_is_left(picture, now)));
  return fmt::format("{}  {} of {} steps, {} spent, about {} left",
                     terminal.paint(Colour::green, bar(done, all, 24)),
                     done,
                     all,
                     spent,
                     left);
}

void add_step_lines(std::vector<std::string>& lines,
                    const Picture& picture,
                    base::WallTime now,
                    const Terminal& terminal) {
  const auto& current = picture.state.current;
  if (!current) {
    lines.push_back(
        picture.state.recovering ? fmt::format("{} is put back", *picture.state.recovering) : "");
    return;
  }
  const auto spent = base::format_duration(whole_seconds(now - picture.step_began));
  lines.push_back(fmt::format("{} {}  {}",
                              terminal.paint(Colour::blue, "▶"),
                              *current,
                              terminal.paint(Colour::dim, spent)));
  std::size_t shown = 0;
  for (const auto& reading : picture.readings) {
    if (++shown > kMostReadings) break;
    const bool green = reading["green"].boolean();
    const auto mark = terminal.paint(green ? Colour::green : Colour::red, green ? "✓" : "✗");
    const auto wanted = green ? "" : fmt::format(", wanted {}", reading["wanted"].text());
    lines.push_back(fmt::format("    {} {:<18} {:<6} {}{}",
                                mark,
                                reading["condition"].text(),
                                reading["node"].text(),
                                reading["seen"].text(),
                                wanted));
  }
  if (picture.readings.empty() && !picture.waits_for.empty())
    lines.push_back("    " + picture.waits_for);
}

Notes notes_of(const Picture& picture) {
  Notes notes;
  const auto& state = picture.state;
  for (const auto& server : picture.servers) {
    const auto skipped = std::any_of(
        state.steps.skipped.begin(), state.steps.skipped.end(), [&](const playbook::Skipped& node) {
          return node.node == server;
        });
    if (server == picture.temp_node) {
      notes[server] = "temporary";
    } else if (state.recovering == server) {
      notes[server] = "back";
    } else if (skipped || state.all_done(server)) {
      notes[server] = "done";
    } else {
      notes[server] = state.begun(server) ? "in hand" : "to do";
    }
  }
  return notes;
}

std::vector<std::string> shown_servers(const Picture& picture) {
  auto servers = picture.servers;
  const bool gone = !picture.state.temp_node_present;
  if (gone) std::erase(servers, picture.temp_node);
  return servers;
}

}  // namespace

void Picture::apply(const run::Event& event) {
  run::apply(state, event);
  switch (event.kind) {
    case EventKind::run_started:
      servers = event.data["servers"].texts();
      temp_node = event.data["temp_node"].text();
      if (!temp_node.empty()) servers.push_back(temp_node);
      for (const auto& [step, takes] : event.data["forecast"].fields()) {
        forecast[step] = base::milliseconds(takes.integer());
      }
      break;
    case EventKind::step_started:
      step_began = event.time;
      readings.clear();
      waits_for.clear();
      break;
    case EventKind::waiting:
      waits_for = event.text;
      readings = event.data.items();
      break;
    default:
      break;
  }
}

std::vector<std::string> draw(const Picture& picture,
                              base::WallTime now,
                              const Terminal& terminal) {
  std::vector<std::string> lines = {
      "", head_line(picture, terminal), time_line(picture, now, terminal)};
  add_step_lines(lines, picture, now, terminal);
  lines.emplace_back();
  const auto table =
      cluster_table(shown_servers(picture), picture.snapshot, notes_of(picture), terminal);
  for (auto& line : lines_of(table, terminal))
    lines.push_back(std::move(line));
  for (auto& line : lines)
    line = clip(line, terminal.width);
  return lines;
}

}  // namespace report
