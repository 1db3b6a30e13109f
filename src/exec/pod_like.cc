#include "exec/pod_like.h"

#include <vector>

namespace exec {

namespace {

using base::Json;

// An empty folder does for what is no member.
Json without_claims(const Json& volumes) {
  auto result = Json::array();
  for (const auto& volume : volumes.items()) {
    const bool lasts = !volume["persistentVolumeClaim"].is_null() ||
                       !volume["ephemeral"].is_null() || !volume["csi"].is_null();
    result.push(lasts ? Json::object({{"name", volume["name"]}, {"emptyDir", Json::object()}})
                      : volume);
  }
  return result;
}

void copy(Json& to, const Json& from, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    if (const auto* value = from.find(key)) to.set(key, *value);
  }
}

}  // namespace

PodLike pod_like(const StatefulSet& set, const std::string& container) {
  const auto& pods = set.told["spec"]["template"]["spec"];
  const auto& model = container_in(pods, container);
  PodLike like{
      .container = Json::object(),
      .spec = Json::object({{"restartPolicy", "Never"}, {"automountServiceAccountToken", false}})};
  copy(like.container,
       model,
       {"env", "envFrom", "securityContext", "imagePullPolicy", "volumeMounts"});
  // The image's own entry point, or the program that the template names instead.
  const auto words = model["command"].texts();
  if (!words.empty()) like.container.set("command", Json(std::vector<std::string>{words.front()}));
  auto volumes = without_claims(pods["volumes"]);
  for (const auto& claim : set.told["spec"]["volumeClaimTemplates"].items())
    volumes.push(Json::object({{"name", claim["metadata"]["name"]}, {"emptyDir", Json::object()}}));
  like.spec.set("volumes", volumes);
  copy(
      like.spec,
      pods,
      {"imagePullSecrets", "serviceAccountName", "securityContext", "tolerations", "nodeSelector"});
  return like;
}

}  // namespace exec
