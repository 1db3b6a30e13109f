// KubernetesExecutor::audit(): what is asked, for pod_audit.h to judge.
#include "contract/conf_parser.h"
#include "exec/kubernetes_executor.h"
#include "exec/pod_audit.h"
#include "exec/reachable.h"
#include "plan/server_drain.h"

namespace exec {

using base::Result;

Result<std::vector<Concern>> KubernetesExecutor::audit() {
  const auto seen = TRY(set());
  const auto own = TRY(pod());
  PodSurroundings around;
  around.pods = TRY(pods_of(seen));
  around.budgets = TRY(kubectl_.list("poddisruptionbudgets"))["items"];
  around.is_reachable = is_reachable(node_.client);
  around.rights = TRY(kubectl_.rights_in(seen.told["metadata"]["namespace"].text()));
  // A conf that cannot be read is told of where it is compared with the plan.
  if (!node_.config.empty()) {
    const auto known = TRY(environment());
    const auto text = read_file(node_.config);
    const auto variable = [&](const std::string& name) {
      const auto at = known.find(name);
      return at == known.end() ? std::optional<std::string>() : std::optional(at->second);
    };
    const auto read = [this](const plan::fs::path& file) { return read_file(file); };
    const auto conf = text ? contract::parse_conf(*text, node_.config, variable, read)
                           : Result<contract::ConfValue>(text.error());
    if (conf) {
      around.drain = plan::drain_of(*conf);
      around.has_jetstream = conf->find("jetstream") != nullptr;
    }
  }
  return exec::audit(seen, own, node_, around);
}

}  // namespace exec
