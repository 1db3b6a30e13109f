#include "actions/version_of.h"

#include "actions/preflight.h"
#include "base/text.h"
#include "exec/process.h"

#include <fmt/core.h>

namespace actions {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::string> version_of(const std::filesystem::path& binary) {
  const auto outcome = TRY(exec::run_command({{binary.string(), "-v"}, std::chrono::seconds(10)}));
  const auto text = base::trim(outcome.output);
  const auto marker = text.rfind(": v");
  if (!outcome.ok() || marker == std::string_view::npos ||
      text.find('\n') != std::string_view::npos) {
    return Error(ErrorCode::protocol,
                 fmt::format("{} -v ended with status {} and says '{}', not 'nats-server: vX.Y.Z'",
                             binary.string(),
                             outcome.status,
                             text.substr(0, 100)));
  }
  return std::string(text.substr(marker + 3));
}

Result<plan::Release> release_of_temp(const plan::Plan& plan) {
  if (!plan.temp_node || plan.temp_node->binary.empty()) return plan.release;
  plan::Release release;
  release.binary = plan.temp_node->binary;
  release.version = TRY(version_of(release.binary));
  return release;
}

std::string conf_trouble(exec::Executor* executor,
                         const plan::Node& node,
                         const std::filesystem::path& program,
                         const std::string& version) {
  if (node.config.empty()) return {};
  const exec::Command command{{program.string(), "-t", "-c", node.config.string()},
                              std::chrono::seconds(10)};
  const auto outcome = node.executor.has_files_of_its_own() && executor
                           ? executor->run(command)
                           : exec::run_command(command);
  if (!outcome) return outcome.error().what;
  if (outcome->ok()) return {};
  return fmt::format("{} does not take its conf: {}", version, base::trim(outcome->output));
}

}  // namespace actions
