#pragma once

#include "exec/executor.h"
#include "exec/kubectl.h"
#include "exec/kubernetes_executor.h"
#include "exec/pod.h"
#include "exec/temporary_pod.h"

#include <functional>
#include <optional>
#include <string>

// The executor for the temporary server in a Pod of its own, made like those of a StatefulSet
// (temporary_pod.h), with their conf's users and their secrets, and without their storage.
//
//   stage     as for the StatefulSet's own Pod that it is like
//   start     the Service and the Pod are made; the Pod does not come back when its server ends
//   signal    a lame duck by `nats-server --signal` in its container; else the Pod is deleted
//   forget    removes Pod, Service, Secret and lock; so does remove_file() with the last file
//
// DIR is in the Pod; write_file() puts a file there by the Secret, before start(). The Secret goes
// last, so whoever was killed amid finds it, also from another machine.
namespace exec {

class TemporaryPodExecutor final : public Executor {
 public:
  explicit TemporaryPodExecutor(const plan::Node& node);

  base::Result<Facts> facts() override;
  base::Result<std::vector<Concern>> audit() override;
  base::Result<void> stage(const plan::Release& release) override;
  base::Result<void> adopt(const std::string& running_version) override;
  base::Result<void> activate(const std::string& version) override;
  base::Result<void> revert() override;
  base::Result<ProcessId> start(const StartSpec& spec) override;
  base::Result<void> signal(Signal signal, const ProcessId& expected) override;
  base::Result<bool> runs(const ProcessId& id) override;
  std::string last_output(int lines) override;
  base::Result<Outcome> run(const Command& command) override;
  base::Result<plan::fs::path> program(const std::string& version) override;
  base::Result<void> forget() override;
  base::Result<std::string> read_file(const plan::fs::path& file) override;
  base::Result<void> write_file(const plan::fs::path& file,
                                const std::string& text,
                                bool secret) override;
  base::Result<void> remove_file(const plan::fs::path& file) override;
  base::Result<void> take_lock(const Lock& lock, base::WallTime now) override;
  base::Result<std::optional<Lock>> lock() override;
  base::Result<void> release_lock(const std::string& owner) override;

  // The variables of the servers that it is like.
  base::Result<std::map<std::string, std::string>> environment();

 private:
  base::Result<StatefulSet> set();
  base::Result<std::optional<base::Json>> find(const std::string& kind);
  base::Result<Pod> known_pod();
  base::Result<PodRecord> record();
  // The Secret as it is, changed; again when somebody changed it meanwhile.
  base::Result<void> change_secret(const std::function<void(base::Json& secret)>& change);
  base::Result<void> write_record(const PodRecord& record);
  base::Result<ProcessId> wait_until_it_runs();
  base::Result<void> remove_all();
  base::Error trouble(const std::string& what) const;

  plan::Node node_;
  TemporaryPod temporary_;
  Kubectl kubectl_;
  KubernetesExecutor model_;  // the member's Pod that it is like
};

}  // namespace exec
