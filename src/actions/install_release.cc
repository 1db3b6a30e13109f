#include "actions/by_hand.h"
#include "actions/rows.h"
#include "actions/server.h"

#include <fmt/core.h>

// install-release and its way back: which of the staged programs the node's next start runs. One
// atomic step each.
namespace actions {

namespace {

base::Result<Applied> is_active(Context& context, const std::string& version) {
  const auto* node = TRY(node_of(context));
  auto* executor = TRY(executor_of(context, node->name));
  const auto facts = TRY(executor->facts());
  return facts.active_release == version ? Applied::yes : Applied::no;
}

base::Result<void> install(Context& context) {
  const auto* node = TRY(node_of(context));
  auto* executor = TRY(executor_of(context, node->name));
  TRY(adopt(context, *node));  // in a playbook that installs before it stops
  TRY(executor->stage(context.plan.release));
  return executor->activate(context.plan.release.version);
}

std::string version_before(const Context& context) {
  const auto before = context.before.find(context.step.node);
  return before == context.before.end() ? "" : before->second.version;
}

base::Result<void> revert(Context& context) {
  const auto* node = TRY(node_of(context));
  auto* executor = TRY(executor_of(context, node->name));
  const auto version = version_before(context);
  return version.empty() ? executor->revert() : executor->activate(version);
}

std::vector<std::string> install_by_hand(const plan::Plan& plan, const playbook::Step& step) {
  const auto* node = node_by_hand(plan, step);
  if (!node) return {};
  if (node->executor.is_pod()) return {image_by_hand(*node) + "   # " + plan.release.image};
  return {activate_by_hand(plan.release.version, *node)};
}

std::vector<std::string> revert_by_hand(const plan::Plan& plan, const playbook::Step& step) {
  const auto* node = node_by_hand(plan, step);
  if (!node) return {};
  if (node->executor.is_pod())
    return {template_by_hand(*node, "THE FORMER IMAGE"), kill_by_hand(*node, "USR2")};
  if (const auto& spec = node->executor; spec.is_container()) {
    const auto name = quoted(spec.container);
    return {fmt::format("{0} rm {1} && {0} rename {1}.natsctl-previous {1}", spec.type, name)};
  }
  return {activate_by_hand(
      "$(basename $(readlink " + quoted((node->executor.dir / "previous").string()) + "))", *node)};
}

}  // namespace

Action install_release() {
  return {
      .name = "install-release",
      .meaning = "makes the staged release the one that the node's next start runs",
      .arguments = {},
      .for_a_node = true,
      .changes = true,
      .probe = [](Context& context) { return is_active(context, context.plan.release.version); },
      .apply = install,
      .by_hand = install_by_hand};
}

Action revert_release() {
  return {.name = "revert-release",
          .meaning = "makes the release active again that the node ran before",
          .arguments = {},
          .for_a_node = true,
          .changes = true,
          .probe =
              [](Context& context) {
                const auto version = version_before(context);
                return version.empty() ? base::Result<Applied>(Applied::no)
                                       : is_active(context, version);
              },
          .apply = revert,
          .by_hand = revert_by_hand};
}

}  // namespace actions
