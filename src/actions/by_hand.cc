#include "actions/by_hand.h"

#include "actions/server.h"

#include <fmt/core.h>

namespace actions {

namespace {

bool is_plain(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  return !text.empty() && text.find_first_not_of(kPlain) == std::string::npos;
}

}  // namespace

const plan::Node* node_by_hand(const plan::Plan& plan, const playbook::Step& step) {
  return plan.find(step.node);
}

std::string quoted(const std::string& text) {
  if (is_plain(text)) return text;
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::string kill_by_hand(const plan::Node& node, const std::string& signal) {
  if (!node.pid_file.empty())
    return fmt::format("kill -{} $(cat {})", signal, quoted(node.pid_file.string()));
  return fmt::format(
      "kill -{} $(ss -Hltnp 'sport = :{}' | grep -o 'pid=[0-9]*' | head -1 | cut -d= -f2)",
      signal,
      node.client.port);
}

std::string start_by_hand(const plan::Plan& plan, const plan::Node& node) {
  const auto& dir = node.executor.dir;
  auto line = "setsid " + quoted((dir / "current" / plan.release.binary.filename()).string());
  for (const auto& argument : server_args(node))
    line += " " + quoted(argument);
  return line + fmt::format(" >> {} 2>&1 < /dev/null &", quoted((dir / "server.log").string()));
}

Lines stage_by_hand(const plan::Release& release, const plan::Node& node) {
  const auto to =
      (node.executor.dir / "releases" / release.version / release.binary.filename()).string();
  Lines lines = {
      fmt::format("install -D -m 0755 {} {}", quoted(release.binary.string()), quoted(to))};
  if (!release.sha256.empty()) {
    lines.push_back(fmt::format("echo '{}  {}' | sha256sum --check", release.sha256, to));
  }
  lines.push_back(quoted(to) + " -v   # " + release.version);
  return lines;
}

std::string activate_by_hand(const std::string& version, const plan::Node& node) {
  return fmt::format(
      "ln -sfnT releases/{} {}", version, quoted((node.executor.dir / "current").string()));
}

std::string curl(const plan::Node& node, const std::string& path) {
  if (node.monitor) return fmt::format("curl -s http://{}{}", node.monitor.text(), path);
  std::string question = path.substr(1);
  std::transform(question.begin(), question.end(), question.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return fmt::format("nats --context $SYSTEM request '$SYS.REQ.SERVER.PING.{}' {}",
                     question,
                     quoted(fmt::format(R"({{"server_name":"{}"}})", node.name)));
}

}  // namespace actions
