#include "plan/discover.h"

namespace plan {

namespace {

// "--config" of "--config=a.conf"; nats-server takes one dash or two.
std::string flag_of(std::string_view argument) {
  if (!argument.starts_with('-')) return {};
  argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
  return std::string(argument.substr(0, argument.find('=')));
}

}  // namespace

CommandLine read_command_line(const std::vector<std::string>& command, const fs::path& folder) {
  CommandLine result;
  for (std::size_t i = 1; i < command.size(); ++i) {
    const auto flag = flag_of(command[i]);
    const bool config = flag == "c" || flag == "config";
    const bool pid = flag == "P" || flag == "pid";
    const auto first = i;
    const auto equals = command[i].find('=');
    std::string value;
    if ((config || pid) && equals != std::string::npos) value = command[i].substr(equals + 1);
    if ((config || pid) && equals == std::string::npos && i + 1 < command.size())
      value = command[++i];
    if (config) result.config = (folder / value).lexically_normal();
    if (pid) result.pid_file = (folder / value).lexically_normal();
    if (config) continue;
    for (auto at = first; at <= i; ++at)
      result.args.push_back(command[at]);
  }
  return result;
}

}  // namespace plan
