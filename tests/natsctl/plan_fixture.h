#pragma once

#include "base/problem.h"
#include "base/text.h"
#include "plan/plan_reader.h"

#include <map>
#include <optional>
#include <string>

// Plans as text, for tests of their reader: a right one, changed in one place.
namespace plan_test {

inline const std::string kRight = R"(apiVersion: natsctl/v1
kind: ClusterPlan
cluster: demo
release:
  version: 2.10.28
  binary: releases/{release.version}/nats-server
nodes:
  - { name: A, client: 127.0.0.1:4222, route: 127.0.0.1:6222, monitor: 127.0.0.1:8222 }
  - { name: B, client: 127.0.0.1:4333, route: 127.0.0.1:6333, monitor: 127.0.0.1:8333 }
temp_node:
  name: C
  client: 127.0.0.1:4444
  route: 127.0.0.1:6444
policy:
  drain: { duration: 30s, grace: 10s }
)";

// The right plan with `from` replaced by `to`; `from` must be in it.
inline std::string with(const std::string& from, const std::string& to, std::string text = kRight) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("not in the plan: " + from);
  return text.replace(at, from.size(), to);
}

struct Answer {
  std::optional<plan::Plan> plan;
  std::string problems;  // a line a problem
};

// Read as /cluster/plan.yaml; of the environment only HOME is set.
inline Answer read(const std::string& text) {
  base::Problems problems;
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOME") return "/home/ann";
    return std::nullopt;
  };
  Answer answer;
  answer.plan = plan::parse_plan("/cluster/plan.yaml", text, problems, environment);
  answer.problems = base::to_text(problems);
  return answer;
}

}  // namespace plan_test
