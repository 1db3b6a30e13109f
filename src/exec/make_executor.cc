#include "exec/make_executor.h"

#include "base/files.h"
#include "exec/container_executor.h"
#include "exec/host_executor.h"
#include "exec/kubernetes_executor.h"
#include "exec/process_executor.h"
#include "exec/temporary_pod_executor.h"

namespace exec {

std::unique_ptr<Executor> make_executor(const plan::Node& node) {
  const auto& spec = node.executor;
  if (spec.is_plain_process()) return std::make_unique<ProcessExecutor>(node);
  if (spec.is_container())
    return std::make_unique<ContainerExecutor>(node, engine_at(engine_socket(spec)));
  if (spec.is_temporary_pod()) return std::make_unique<TemporaryPodExecutor>(node);
  if (spec.is_pod()) return std::make_unique<KubernetesExecutor>(node);
  return std::make_unique<HostExecutor>(node,
                                        spec.is_remote() ? ssh_transport(spec) : local_transport());
}

std::function<base::Result<std::string>(const plan::fs::path&)> reader_for(const plan::Node& node) {
  if (!node.executor.has_files_of_its_own()) return base::read_file;
  const std::shared_ptr<Executor> executor = make_executor(node);
  return [executor](const plan::fs::path& file) { return executor->read_file(file); };
}

base::Result<contract::Environment> environment_for(const plan::Node& node) {
  if (!node.executor.is_pod()) return contract::process_environment();
  auto variables = TRY(node.executor.is_temporary_pod() ? TemporaryPodExecutor(node).environment()
                                                        : KubernetesExecutor(node).environment());
  return contract::Environment([variables = std::move(variables)](const std::string& name) {
    const auto at = variables.find(name);
    return at == variables.end() ? std::optional<std::string>() : std::optional(at->second);
  });
}

}  // namespace exec
