#include "exec/trial_pod.h"

#include <algorithm>
#include <set>

namespace exec {

namespace {

using base::Json;

constexpr int kLongestSeconds = 900;  // when nobody removes it: what it tries takes moments

// Storage is the server's alone; an empty folder does for what is only asked.
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

Json trial_pod(const StatefulSet& set, const Trial& trial) {
  const auto& pods = set.told["spec"]["template"]["spec"];
  const auto& model = container_in(pods, trial.container);
  auto container =
      Json::object({{"name", kTrialContainer}, {"image", trial.image}, {"args", Json(trial.args)}});
  copy(container, model, {"env", "envFrom", "securityContext", "imagePullPolicy", "volumeMounts"});
  // The image's own entry point, or the program that the template names instead.
  const auto words = model["command"].texts();
  if (!words.empty()) container.set("command", Json(std::vector<std::string>{words.front()}));

  auto volumes = without_claims(pods["volumes"]);
  for (const auto& claim : set.told["spec"]["volumeClaimTemplates"].items())
    volumes.push(Json::object({{"name", claim["metadata"]["name"]}, {"emptyDir", Json::object()}}));

  auto spec = Json::object({{"restartPolicy", "Never"},
                            {"activeDeadlineSeconds", kLongestSeconds},
                            {"terminationGracePeriodSeconds", 0},
                            {"automountServiceAccountToken", false},
                            {"containers", Json(Json::Array{container})},
                            {"volumes", volumes}});
  copy(
      spec,
      pods,
      {"imagePullSecrets", "serviceAccountName", "securityContext", "tolerations", "nodeSelector"});
  if (!trial.machine.empty()) spec.set("nodeName", trial.machine);
  return Json::object(
      {{"apiVersion", "v1"},
       {"kind", "Pod"},
       {"metadata",
        Json::object({{"name", trial.name}, {"labels", Json::object({{kTrialLabel, trial.of}})}})},
       {"spec", spec}});
}

}  // namespace exec
