// What is asked of a host before a plan knows it.
#include "base/text.h"
#include "exec/host_executor.h"
#include "exec/host_script.h"

namespace exec {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::vector<FoundServer>> find_servers(const plan::ExecutorSpec& spec) {
  const auto transport = ssh_transport(spec);
  Command command;
  command.argv = {"sh", "-c", host_script(), "natsctl", spec.sudo ? "yes" : "no", "servers"};
  command.errors_apart = true;
  const auto outcome = TRY(transport->run(command));
  if (!outcome.ok()) return host_trouble(spec.host, spec, outcome);
  auto answer = HostAnswer::read(outcome.output);
  if (!answer) return std::move(answer).error().in(spec.host);
  return read_servers(*answer);
}

Result<std::string> ssh_address(const plan::ExecutorSpec& spec) {
  Command command{{"ssh", "-G"}};
  if (!spec.ssh_config.empty()) {
    command.argv.emplace_back("-F");
    command.argv.push_back(spec.ssh_config.string());
  }
  command.argv.insert(command.argv.end(), {"--", spec.host});
  const auto outcome = TRY(run_command(command));
  for (const auto& line : base::split(outcome.output, '\n')) {
    if (line.starts_with("hostname ")) return line.substr(9);
  }
  return Error(ErrorCode::protocol, spec.host + ": ssh -G does not say where it is");
}

}  // namespace exec
