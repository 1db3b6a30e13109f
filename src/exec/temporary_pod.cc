#include "exec/temporary_pod.h"

#include "exec/pod_like.h"

namespace exec {

namespace {

using base::Json;

constexpr const char* kLabel = "natsctl/temporary";
constexpr const char* kFolder = "natsctl-folder";  // volumes
constexpr const char* kFiles = "natsctl-files";

Json labels_of(const TemporaryPod& temporary) {
  return Json::object({{kLabel, temporary.name}});
}

Json meta_of(const StatefulSet& set, const TemporaryPod& temporary) {
  const auto owner = Json::object({{"apiVersion", "apps/v1"},
                                   {"kind", "StatefulSet"},
                                   {"name", set.name},
                                   {"uid", set.told["metadata"]["uid"]}});
  return Json::object({{"name", temporary.name},
                       {"labels", labels_of(temporary)},
                       {"ownerReferences", Json(Json::Array{owner})}});
}

}  // namespace

Json secret_of(const StatefulSet& set, const TemporaryPod& temporary) {
  return Json::object(
      {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", meta_of(set, temporary)}});
}

// Servers find each other before they are ready.
Json service_of(const StatefulSet& set, const TemporaryPod& temporary) {
  return Json::object({{"apiVersion", "v1"},
                       {"kind", "Service"},
                       {"metadata", meta_of(set, temporary)},
                       {"spec",
                        Json::object({{"clusterIP", "None"},
                                      {"publishNotReadyAddresses", true},
                                      {"selector", labels_of(temporary)}})}});
}

Json pod_of(const StatefulSet& set, const TemporaryPod& temporary) {
  auto [container, spec] = pod_like(set, temporary.container);
  const auto& template_spec = set.told["spec"]["template"]["spec"];
  const auto& model = container_in(template_spec, temporary.container);
  container.set("name", temporary.container);
  container.set("image", temporary.image);
  container.set("args", Json(temporary.args));
  if (const auto* resources = model.find("resources")) container.set("resources", *resources);
  // A Secret's folder cannot be written, and a server may want to keep something beside its conf.
  auto mounts = container["volumeMounts"].is_null() ? Json::array() : container["volumeMounts"];
  mounts.push(Json::object({{"name", kFolder}, {"mountPath", temporary.dir.string()}}));
  for (const auto& file : temporary.files) {
    mounts.push(Json::object({{"name", kFiles},
                              {"mountPath", (temporary.dir / file).string()},
                              {"subPath", file},
                              {"readOnly", true}}));
  }
  container.set("volumeMounts", mounts);
  auto volumes = spec["volumes"];
  volumes.push(Json::object({{"name", kFolder}, {"emptyDir", Json::object()}}));
  volumes.push(
      Json::object({{"name", kFiles}, {"secret", Json::object({{"secretName", temporary.name}})}}));
  spec.set("volumes", volumes);
  spec.set("containers", Json(Json::Array{container}));
  if (const auto* grace = template_spec.find("terminationGracePeriodSeconds"))
    spec.set("terminationGracePeriodSeconds", *grace);
  return Json::object({{"apiVersion", "v1"},
                       {"kind", "Pod"},
                       {"metadata", meta_of(set, temporary)},
                       {"spec", spec}});
}

}  // namespace exec
