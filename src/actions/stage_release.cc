#include "actions/by_hand.h"
#include "actions/preflight.h"
#include "actions/rows.h"
#include "actions/server.h"
#include "base/text.h"
#include "exec/side_by_side.h"

#include <mutex>

// stage-release: the new program lies beside the active one on every node, and the program that
// runs now is kept as the way back. Nothing active changes.
namespace actions {

namespace {

std::vector<const plan::Node*> nodes_of(const plan::Plan& plan, const playbook::Step& step) {
  if (const auto* node = plan.find(step.node)) return {node};
  std::vector<const plan::Node*> nodes;
  for (const auto& node : plan.nodes)
    nodes.push_back(&node);
  return nodes;
}

base::Result<bool> is_staged(Context& context, const plan::Node& node) {
  auto* executor = TRY(executor_of(context, node.name));
  const auto facts = TRY(executor->facts());
  const auto& staged = facts.releases;
  const bool has =
      std::find(staged.begin(), staged.end(), context.plan.release.version) != staged.end();
  const bool kept = !facts.running || !facts.running->release.empty();
  return has && kept;
}

base::Result<Applied> probe(Context& context) {
  const auto nodes = nodes_of(context.plan, context.step);
  std::mutex mutex;
  std::size_t done = 0;
  base::Result<void> asked;
  exec::side_by_side(nodes, [&](const plan::Node& node) {
    const auto is = is_staged(context, node);
    const std::lock_guard guard(mutex);
    if (is && *is) ++done;
    if (!is) asked = is.error();
  });
  TRY(asked);
  if (done == nodes.size()) return Applied::yes;
  return done == 0 ? Applied::no : Applied::partly;
}

// What runs there is kept; the release lies there, and takes the node's conf there.
base::Result<void> stage(Context& context, const plan::Node& node) {
  TRY(adopt(context, node));
  auto* executor = TRY(executor_of(context, node.name));
  const auto& release = context.plan.release;
  if (auto staged = executor->stage(release); !staged)
    return std::move(staged).error().in(node.name);
  if (!node.executor.has_files_of_its_own()) return {};  // preflight asked it
  const auto program = TRY(executor->program(release.version));
  const auto trouble = conf_trouble(executor, node, program, release.version);
  if (trouble.empty()) return {};
  return base::Error(base::ErrorCode::refused, node.name + ": " + trouble);
}

base::Result<void> apply(Context& context) {
  const auto nodes = nodes_of(context.plan, context.step);
  std::mutex mutex;
  std::vector<std::string> errors;
  exec::side_by_side(nodes, [&](const plan::Node& node) {
    const auto staged = context.stop.stop_requested()
                            ? base::Result<void>(base::Error(base::ErrorCode::cancelled,
                                                             "stopped before " + node.name))
                            : stage(context, node);
    const std::lock_guard guard(mutex);
    if (staged) {
      context.say(node.name + ": release " + context.plan.release.version + " is staged");
    } else {
      errors.push_back(staged.error().what);
    }
  });
  if (errors.empty()) return {};
  return base::Error(
      context.stop.stop_requested() ? base::ErrorCode::cancelled : base::ErrorCode::io,
      base::join(errors, "\n"));
}

std::vector<std::string> by_hand(const plan::Plan& plan, const playbook::Step& step) {
  Lines lines;
  for (const auto* node : nodes_of(plan, step)) {
    for (auto& line : stage_by_hand(plan.release, *node))
      lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

Action stage_release() {
  return {.name = "stage-release",
          .meaning =
              "puts the new program beside the active one, on the node or on every node; keeps the "
              "running one",
          .arguments = {},
          .for_a_node = false,
          .changes = true,
          .probe = probe,
          .apply = apply,
          .by_hand = by_hand};
}

}  // namespace actions
