#include "plan/plan_writer.h"

#include "tests/natsctl/plan_fixture.h"

#include <doctest/doctest.h>

using namespace plan_test;

namespace {

// Lines are where things stand in a file; a written file has its own.
plan::Plan without_lines(plan::Plan plan) {
  for (auto& node : plan.nodes)
    node.line = 0;
  if (plan.temp_node) plan.temp_node->node.line = 0;
  return plan;
}

}  // namespace

TEST_SUITE("natsctl: plan writer") {
  TEST_CASE("a written plan reads back as the same plan") {
    const auto full = kRight + R"(  gates: { hold: 3s, within: 1m }
  canary: { nodes: 1, soak: 2m }
  on_failure: rollback
probe: { rate: 10, max_gap: 1500ms }
access: { user: "yes", token_file: /etc/token, creds: a.creds }
hooks: { after_node: ["say: 'done' # {node}", "- x"] }
)";
    for (const auto& text :
         {kRight,
          full,
          with("monitor: 127.0.0.1:8222", "monitor: 8222, args: [-p, 4222, '{node}']")}) {
      const auto [plan, problems] = read(text);
      REQUIRE_MESSAGE(plan, problems);
      const auto [again, complaints] = read(plan::write_plan(*plan));
      REQUIRE_MESSAGE(again, complaints);
      CHECK(without_lines(*again) == without_lines(*plan));
    }
  }

  TEST_CASE(
      "what is as it would be anyway is not written, comments stand above what they are about") {
    auto plan = *read(kRight).plan;
    plan.temp_node.reset();
    plan.nodes.resize(1);
    plan.policy = {};
    CHECK(plan::write_plan(plan, {{"release.binary", "the one you have\ntested"}}) ==
          R"(apiVersion: natsctl/v1
kind: ClusterPlan
cluster: demo
release:
  version: 2.10.28
  # the one you have
  # tested
  binary: releases/2.10.28/nats-server
nodes:
  - name: A
    client: 127.0.0.1:4222
    route: 127.0.0.1:6222
    monitor: 127.0.0.1:8222
    executor:
      dir: state/A
)");
  }
}
