#include "exec/trial_pod.h"

#include "exec/pod_like.h"

namespace exec {

namespace {

using base::Json;

constexpr int kLongestSeconds = 900;  // when nobody removes it: what it tries takes moments

}  // namespace

Json trial_pod(const StatefulSet& set, const Trial& trial) {
  auto [container, spec] = pod_like(set, trial.container);
  container.set("name", kTrialContainer);
  container.set("image", trial.image);
  container.set("args", Json(trial.args));
  spec.set("activeDeadlineSeconds", kLongestSeconds);
  spec.set("terminationGracePeriodSeconds", 0);
  spec.set("containers", Json(Json::Array{container}));
  if (!trial.machine.empty()) spec.set("nodeName", trial.machine);
  return Json::object(
      {{"apiVersion", "v1"},
       {"kind", "Pod"},
       {"metadata",
        Json::object({{"name", trial.name}, {"labels", Json::object({{kTrialLabel, trial.of}})}})},
       {"spec", spec}});
}

}  // namespace exec
