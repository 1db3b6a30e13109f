#include "report/event_line.h"
#include "report/html_page.h"
#include "report/reports.h"
#include "run/exit_code.h"

#include <algorithm>

#include <fmt/format.h>

namespace report {

namespace {

double html_seconds(base::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string_view class_of(const run::RunState& state) {
  if (!state.exit_code) return "warn";
  if (*state.exit_code == run::kVerified) return "good";
  const bool resumable =
      state.phase == run::Phase::paused || state.phase == run::Phase::interrupted;
  return resumable && *state.exit_code != run::kManualWork ? "warn" : "bad";
}

std::string html_head(const RunResult& result) {
  const auto& state = result.state;
  auto text = fmt::format("<h1>{} to {}</h1>\n<p class=\"soft\">natsctl run <code>{}</code></p>\n",
                          escaped(state.cluster),
                          escaped(state.release),
                          escaped(state.run));
  text += fmt::format("<p class=\"result {}\">{}</p>\n<p>{}</p>\n<dl>\n",
                      class_of(state),
                      escaped(meaning_of(state)),
                      escaped(state.why));
  const auto fact = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(value));
  };
  fact("exit code", state.exit_code ? std::to_string(*state.exit_code) : "");
  fact("began", base::format_time(state.started));
  fact("took", fmt::format("{:.1f} s", html_seconds(result.took)));
  fact("playbook", state.playbook);
  fact("temporary node", state.steps.temp_node);
  fact("traffic", traffic_sentence(result.traffic));
  fact("JetStream", jetstream_sentence(result));
  for (const auto& skipped : state.steps.skipped)
    fact("skipped", fmt::format("{}: {}", skipped.node, skipped.why));
  if (state.temp_node_present)
    fact("left behind", "the temporary node; natsctl remove-temp-node removes it");
  const bool resumable = !state.exit_code || state.phase == run::Phase::paused ||
                         state.phase == run::Phase::interrupted;
  if (resumable) fact("go on with", fmt::format("natsctl resume {}", state.run));
  return text + "</dl>\n";
}

// When the step ran, as a bar on the run's own time line.
std::string lane(const StepResult& step, const RunResult& result) {
  if (step.end == StepEnd::not_begun) return {};
  const auto whole = std::max(html_seconds(result.took), 0.001);
  const auto left = 100 * html_seconds(step.began - result.state.started) / whole;
  const auto width = 100 * html_seconds(step.took) / whole;
  const auto* look = step.end == StepEnd::failed ? "bad" : step.recovery ? "back" : "";
  return fmt::format(
      R"(<div class="lane"><i class="{}" style="left:{:.2f}%;width:{:.2f}%"></i></div>)",
      look,
      std::min(left, 100.0),
      std::min(width, 100 - std::min(left, 100.0)));
}

std::string steps_table(const RunResult& result) {
  std::string text =
      "<h2>Steps</h2>\n<div class=\"wide\"><table>\n"
      "<tr><th>step</th><th>result</th><th>took</th><th>gate</th><th>when</th></tr>\n";
  for (const auto& step : result.steps) {
    const bool bad = step.end == StepEnd::failed || step.end == StepEnd::not_finished;
    const auto* look = bad ? "bad" : step.end == StepEnd::not_begun ? "soft" : "good";
    const auto why = step.why.empty()
                         ? ""
                         : fmt::format("<br><span class=\"soft\">{}</span>", escaped(step.why));
    const auto took =
        step.end == StepEnd::not_begun ? "" : fmt::format("{:.1f} s", html_seconds(step.took));
    text += fmt::format(
        "<tr><td><code>{}</code>{}</td><td class=\"{}\">{}</td><td "
        "class=\"n\">{}</td><td>{}</td><td>{}</td></tr>\n",
        escaped(step.id),
        why,
        look,
        word_of(step.end),
        took,
        escaped(step.gate),
        lane(step, result));
  }
  return text + "</table></div>\n";
}

std::string events_list(const std::vector<run::Event>& events) {
  std::string text =
      "<details><summary>Everything that happened</summary>\n<div class=\"wide\"><table>\n";
  for (const auto& event : events) {
    const auto line = line_of(event, Terminal{});
    if (line) text += fmt::format("<tr><td><code>{}</code></td></tr>\n", escaped(*line));
  }
  return text + "</table></div></details>\n";
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') result += c;
    }
  }
  return result;
}

std::string html_report(const std::vector<run::Event>& events) {
  const auto result = result_of(events);
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += fmt::format("<title>{} to {}: {}</title>\n",
                      escaped(result.state.cluster),
                      escaped(result.state.release),
                      escaped(meaning_of(result.state)));
  page += fmt::format("<style>{}</style>\n", kStyle);
  return page + html_head(result) + steps_table(result) + events_list(events) + "</html>\n";
}

}  // namespace report
