#include "actions/conf_digest.h"

#include <fmt/core.h>

namespace actions {

namespace {

constexpr base::nanoseconds kPatience = std::chrono::seconds(10);

bool is_whole(const std::string& conf) {
  return conf.find('$') == std::string::npos && conf.find("include") == std::string::npos;
}

// What the program that runs says of the file.
std::string digest_of_file(exec::Executor& executor, const plan::Node& node) {
  const auto facts = executor.facts();
  if (!facts) return {};
  const auto program = executor.program(facts->active_release);
  if (!program) return {};
  const auto answer =
      executor.run({{program->string(), "-t", "-c", node.config.string()}, kPatience});
  return answer && answer->ok() ? digest_in(answer->output) : std::string();
}

}  // namespace

std::string digest_in(const std::string& answer) {
  const auto begin = answer.find("(sha256:");
  const auto end = answer.find(')', begin == std::string::npos ? 0 : begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return answer.substr(begin + 1, end - begin - 1);
}

std::string other_conf(exec::Executor& executor,
                       const plan::Node& node,
                       const contract::Varz& varz) {
  const auto told = varz.config_digest.value_or("");
  if (told.empty() || node.config.empty()) return {};
  const auto text = executor.read_file(node.config);
  if (!text || !is_whole(*text)) return {};
  const auto wanted = digest_of_file(executor, node);
  if (wanted.empty() || wanted == told) return {};
  return fmt::format("it runs another conf than {}: {}, and the file is {}",
                     node.config.string(),
                     told.substr(0, 19),
                     wanted.substr(0, 19));
}

}  // namespace actions
