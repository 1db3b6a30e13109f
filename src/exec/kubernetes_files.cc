// KubernetesExecutor's verbs about files and the node's lock.
#include "base/base64.h"
#include "base/files.h"
#include "exec/kubernetes_executor.h"
#include "exec/lease.h"

#include <fmt/core.h>

namespace exec {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto rest = file.lexically_normal().lexically_relative(folder.lexically_normal());
  return !rest.empty() && *rest.begin() != "..";
}

// A source of files that Kubernetes can be asked for: {"name": …, "items": […]}.
struct Source {
  std::string kind;  // "configmap", "secret"; empty: another
  Json told;
};

std::vector<Source> sources_of(const Json& volume) {
  std::vector<Source> result;
  const auto add = [&](const Json& from) {
    if (const auto* map = from.find("configMap")) result.push_back({"configmap", *map});
    if (const auto* secret = from.find("secret")) result.push_back({"secret", *secret});
  };
  add(volume);
  for (const auto& source : volume["projected"]["sources"].items())
    add(source);
  return result;
}

// Under which key a source has the file that is mounted there as `path`.
std::string key_of(const Source& source, const std::string& path) {
  const auto& items = source.told["items"].items();
  for (const auto& item : items) {
    if (item["path"].text() == path) return item["key"].text();
  }
  return items.empty() ? path : "";
}

}  // namespace

bool KubernetesExecutor::is_of_this_machine(const fs::path& file) const {
  return is_below(file, dir_);
}

// What the template mounts there; absent: it is in none that Kubernetes can be asked for.
Result<std::optional<std::string>> KubernetesExecutor::mounted(const fs::path& file) {
  const auto pods = TRY(set()).told["spec"]["template"]["spec"];
  const Json* best = nullptr;
  for (const auto& mount : container_in(pods, container_)["volumeMounts"].items()) {
    const fs::path at = mount["mountPath"].text();
    const bool here = file == at || is_below(file, at);
    const bool deeper = best == nullptr || at.string().size() > (*best)["mountPath"].text().size();
    if (here && deeper) best = &mount;
  }
  if (best == nullptr) return std::optional<std::string>();
  const fs::path at = (*best)["mountPath"].text();
  fs::path inside = (*best)["subPath"].text();
  if (file != at) inside /= file.lexically_relative(at);
  for (const auto& volume : pods["volumes"].items()) {
    if (volume["name"].text() != (*best)["name"].text()) continue;
    for (const auto& source : sources_of(volume)) {
      const auto key = key_of(source, inside.string());
      if (key.empty()) continue;
      const bool secret = source.kind == "secret";
      const auto name = source.told["name"].text(source.told["secretName"].text());
      const auto object = TRY(kubectl_.get(source.kind, name));
      if (const auto* text = object["data"].find(key))
        return std::optional(secret ? TRY(base::from_base64(text->text())) : text->text());
    }
  }
  return std::optional<std::string>();
}

Result<std::string> KubernetesExecutor::read_file(const fs::path& file) {
  if (is_of_this_machine(file)) return base::read_file(file);
  auto text = mounted(file);
  if (!text) return std::move(text).error().in(file.string());
  if (*text) return std::move(**text);
  auto read = kubectl_.ask({"exec", pod_, "-c", container_, "--", "cat", file.string()});
  if (read) return read;
  return Error(read.error())
      .in(fmt::format("{}: in no ConfigMap or Secret of Pod {}, and not to be read in it",
                      file.string(),
                      pod_));
}

Result<void> KubernetesExecutor::write_file(const fs::path& file,
                                            const std::string& text,
                                            bool secret) {
  if (!is_of_this_machine(file)) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: {}: what a Pod reads belongs to its ConfigMaps and Secrets, "
                             "which natsctl leaves alone",
                             node_.name,
                             file.string()));
  }
  TRY(base::make_folder(file.parent_path()));
  return base::write_file(file, text, secret ? base::FileMode::secret : base::FileMode::shared);
}

Result<void> KubernetesExecutor::remove_file(const fs::path& file) {
  if (!is_of_this_machine(file))
    return Error(ErrorCode::refused, file.string() + ": it is a Pod's, which natsctl leaves alone");
  std::error_code failed;
  fs::remove(file, failed);
  if (failed)
    return Error(ErrorCode::io, file.string() + ": cannot be removed: " + failed.message());
  return {};
}

Result<std::map<std::string, std::string>> KubernetesExecutor::environment() {
  const auto seen = TRY(set());
  const auto& pods = seen.told["spec"]["template"]["spec"];
  std::map<std::string, std::string> result;
  for (const auto& variable : container_in(pods, container_)["env"].items()) {
    const auto& from = variable["valueFrom"];
    const auto field = from["fieldRef"]["fieldPath"].text();
    const auto name = variable["name"].text();
    if (from.is_null()) result[name] = expanded(variable["value"].text(), result);
    if (field == "metadata.name") result[name] = pod_;
    if (field == "metadata.namespace") result[name] = seen.told["metadata"]["namespace"].text();
    for (const auto* kind : {"secretKeyRef", "configMapKeyRef"}) {
      const auto* key = from.find(kind);
      if (key == nullptr) continue;
      const bool secret = kind == std::string_view("secretKeyRef");
      const auto object = TRY(kubectl_.get(secret ? "secret" : "configmap", (*key)["name"].text()));
      const auto text = object["data"][(*key)["key"].text()].text();
      result[name] = secret ? TRY(base::from_base64(text)) : text;
    }
  }
  return result;
}

Result<std::optional<Executor::Lock>> KubernetesExecutor::lock() {
  return lease_lock(kubectl_, lease_of(pod_));
}

Result<void> KubernetesExecutor::take_lock(const Lock& lock, base::WallTime now) {
  auto taken = take_lease(kubectl_, lease_of(pod_), lock, now);
  if (!taken) return std::move(taken).error().in(node_.name);
  return {};
}

// A run that gives its lock back has ended, or rests: what it changed for its own time goes back.
Result<void> KubernetesExecutor::release_lock(const std::string& owner) {
  const auto held = TRY(lock());
  if (!held || held->owner != owner) return {};
  TRY(give_strategy_back());
  return remove_lease(kubectl_, lease_of(pod_));
}

}  // namespace exec
