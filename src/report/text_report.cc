#include "report/reports.h"
#include "report/table.h"

#include <fmt/format.h>

namespace report {

namespace {

std::string seconds(base::nanoseconds duration) {
  return fmt::format("{:.1f}s", std::chrono::duration<double>(duration).count());
}

std::string head(const RunResult& result) {
  const auto& state = result.state;
  std::string text = fmt::format("run       {}\ncluster   {}\nrelease   {}\nplaybook  {}\n",
                                 state.run,
                                 state.cluster,
                                 state.release,
                                 state.playbook);
  text += fmt::format(
      "began     {}\ntook      {}\n", base::format_time(state.started), seconds(result.took));
  text += fmt::format("result    {}", meaning_of(state));
  if (state.exit_code) text += fmt::format(" (exit code {})", *state.exit_code);
  text += '\n';
  if (!state.why.empty()) text += fmt::format("          {}\n", state.why);
  if (const auto traffic = traffic_sentence(result.traffic); !traffic.empty())
    text += fmt::format("traffic   {}\n", traffic);
  if (const auto jetstream = jetstream_sentence(result); !jetstream.empty())
    text += fmt::format("jetstream {}\n", jetstream);
  for (const auto& skipped : state.steps.skipped)
    text += fmt::format("skipped   {}: {}\n", skipped.node, skipped.why);
  return text;
}

std::string tail(const RunResult& result) {
  const auto& state = result.state;
  std::string text;
  if (state.temp_node_present && state.exit_code) {
    text +=
        "\nThe temporary node is still there: natsctl resume goes on with it, natsctl "
        "remove-temp-node removes it.\n";
  }
  if (!state.exit_code || state.phase == run::Phase::paused ||
      state.phase == run::Phase::interrupted) {
    text += fmt::format("\nGo on with: natsctl resume {}\n", state.run);
  }
  return text;
}

}  // namespace

std::string text_report(const std::vector<run::Event>& events) {
  const auto result = result_of(events);
  Table table;
  table.heads = {"step", "result", "took", "gate", ""};
  for (const auto& step : result.steps) {
    const bool began = step.end != StepEnd::not_begun;
    table.rows.push_back(
        {step.id, word_of(step.end), began ? seconds(step.took) : "", step.gate, step.why});
  }
  std::string text = head(result) + "\n";
  Terminal wide;
  wide.width = 1000;
  for (const auto& line : lines_of(table, wide)) {
    text += line;
    while (text.ends_with(' '))
      text.pop_back();
    text += '\n';
  }
  return text + tail(result);
}

}  // namespace report
