#include "report/reports.h"

#include <algorithm>

#include <fmt/format.h>

namespace report {

namespace {

double junit_seconds(base::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string case_of(const StepResult& step, const std::string& suite) {
  auto text = fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.3f}")",
                          escaped(suite),
                          escaped(step.id),
                          junit_seconds(step.took));
  switch (step.end) {
    case StepEnd::done:
    case StepEnd::done_already:
      return text + "/>\n";
    case StepEnd::not_begun:
      return text + "><skipped/></testcase>\n";
    case StepEnd::failed:
    case StepEnd::not_finished:
      break;
  }
  return text + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                            escaped(word_of(step.end)),
                            escaped(step.why));
}

// Why the traffic failed; empty: it did not.
std::string traffic_trouble(const RunResult& result) {
  if (!result.traffic) return {};
  if (result.traffic->careful.lost > 0) return fmt::format("{} lost", result.traffic->careful.lost);
  return result.state.exit_code == run::kMessagesLost ? result.state.why : std::string();
}

std::string traffic_case(const RunResult& result, const std::string& suite) {
  if (!result.traffic) return {};
  auto text =
      fmt::format(R"(    <testcase classname="{}" name="no message is lost" time="{:.3f}">)",
                  escaped(suite),
                  junit_seconds(result.took));
  const auto trouble = traffic_trouble(result);
  const auto said = escaped(traffic_sentence(result.traffic));
  if (!trouble.empty())
    text += fmt::format("<failure message=\"{}\">{}</failure>", escaped(trouble), said);
  return text + fmt::format("<system-out>{}</system-out></testcase>\n", said);
}

bool failed(const StepResult& step) {
  return step.end == StepEnd::failed || step.end == StepEnd::not_finished;
}

}  // namespace

std::string junit_report(const std::vector<run::Event>& events, const std::string& suite) {
  const auto result = result_of(events);
  const bool traffic = result.traffic.has_value();
  const bool lost = !traffic_trouble(result).empty();
  const auto failures =
      std::count_if(result.steps.begin(), result.steps.end(), failed) + (lost ? 1 : 0);
  const auto skipped =
      std::count_if(result.steps.begin(), result.steps.end(), [](const StepResult& step) {
        return step.end == StepEnd::not_begun;
      });
  const auto counts =
      fmt::format(R"(tests="{}" failures="{}" errors="0" skipped="{}" time="{:.3f}")",
                  result.steps.size() + (traffic ? 1 : 0),
                  failures,
                  skipped,
                  junit_seconds(result.took));
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites {}>\n  <testsuite name=\"{}\" {} timestamp=\"{}\">\n",
                      counts,
                      escaped(suite),
                      counts,
                      base::format_time(result.state.started).substr(0, 19));
  for (const auto& step : result.steps)
    text += case_of(step, suite);
  text += traffic_case(result, suite);
  return text +
         fmt::format("    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n",
                     escaped(fmt::format("{}: {}", meaning_of(result.state), result.state.why)));
}

}  // namespace report
