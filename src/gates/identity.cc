#include "gates/judging.h"
#include "watch/observe.h"

#include <fmt/core.h>

// Which process it is, and of which release. A server id is new at every start, so a new one proves
// a restart; a version alone does not, and neither does health. Source: nats-server
// server/server.go, NewServer.
namespace gates {

namespace {

std::vector<Reading> new_server_id(const Scene& scene) {
  Readings readings("new-server-id");
  for (const auto* node : subjects(scene)) {
    const auto before = scene.before.find(node->name);
    if (before == scene.before.end()) {
      readings.unknown(
          node->name, "nobody wrote down its server id before the change", "a new server id");
      continue;
    }
    const auto& old = before->second.server_id;
    const auto wanted = old.empty() ? "a server id" : "another than " + old;
    const auto now = seen(scene, node->name);
    if (!now) {
      readings.unknown(node->name, now.missing, wanted);
    } else {
      const auto& id = now.sample->varz->server_id;
      readings.add(node->name, !id.empty() && id != old, id, wanted);
    }
  }
  return readings.done();
}

void judge_version(Readings& readings,
                   const Scene& scene,
                   const plan::Node& node,
                   const std::string& wanted) {
  const auto now = seen(scene, node.name);
  if (!now) {
    readings.unknown(node.name, now.missing, wanted);
  } else {
    readings.add(node.name, now.sample->varz->version == wanted, now.sample->varz->version, wanted);
  }
}

std::vector<Reading> version_is_release(const Scene& scene) {
  Readings readings("version-is-release");
  for (const auto* node : subjects(scene))
    judge_version(readings, scene, *node, scene.plan.release.version);
  return readings.done();
}

std::vector<Reading> version_is_old(const Scene& scene) {
  Readings readings("version-is-old");
  for (const auto* node : subjects(scene)) {
    const auto before = scene.before.find(node->name);
    if (before == scene.before.end() || before->second.version.empty()) {
      readings.unknown(
          node->name, "nobody wrote down its version before the change", "the version before");
    } else {
      judge_version(readings, scene, *node, before->second.version);
    }
  }
  return readings.done();
}

// A server started with another conf than meant is healthy too, and somebody else.
std::vector<Reading> identity_as_planned(const Scene& scene) {
  Readings readings("identity-as-planned");
  const std::string wanted = "the plan's names and port, and the system account before";
  for (const auto* node : subjects(scene)) {
    const auto now = seen(scene, node->name);
    if (!now) {
      readings.unknown(node->name, now.missing, wanted);
      continue;
    }
    const auto& varz = *now.sample->varz;
    auto wrong = watch::mismatch(scene.plan, *node, varz);
    const auto before = scene.before.find(node->name);
    if (wrong.empty() && before != scene.before.end() && !before->second.system_account.empty() &&
        varz.system_account != before->second.system_account) {
      wrong = fmt::format("its system account is '{}', and was '{}'",
                          varz.system_account,
                          before->second.system_account);
    }
    readings.add(node->name, wrong.empty(), wrong.empty() ? varz.server_name : wrong, wanted);
  }
  return readings.done();
}

}  // namespace

std::vector<Condition> identity_conditions() {
  return {
      {"new-server-id",
       "the server was started anew: its server id differs from the one before",
       new_server_id},
      {"version-is-release", "it reports the version of the plan's release", version_is_release},
      {"version-is-old", "it reports the version that it had before", version_is_old},
      {"identity-as-planned",
       "its name, cluster, client port and system account are the plan's, or as before",
       identity_as_planned}};
}

}  // namespace gates
