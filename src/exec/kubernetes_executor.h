#pragma once

#include "exec/executor.h"
#include "exec/kubectl.h"
#include "exec/pod.h"

#include <optional>
#include <string>

// The executor for servers in Pods of a StatefulSet, as the official Helm chart makes one. It works
// by the user's kubectl (kubectl.h). A release is an image; the container's arguments, the conf and
// all else of the template stay as they are.
//
//   stage     a Pod for a moment, on the machine of the node's own Pod: the image can be had there,
//             is for its architecture, and its program says the release's version
//   activate  the StatefulSet's template gets the image, in one patch that makes its update
//             strategy OnDelete and writes down what that was before
//   signal    a server is asked to end by deleting its Pod: the Pod's own preStop begins the lame
//             duck, its terminationGracePeriodSeconds bounds it. A Pod without such a preStop gets
//             the signal by `nats-server --signal` in its container before. The Pod is held
//             (a finalizer) beforehand, so it stays, ended, and no other of its name is made
//   start     lets it go and waits until its StatefulSet has made the next one, with its server
//             running
//   revert    the template gets the former image; so the way back is to delete the Pod again
//
// Pods of one StatefulSet have one template. From the first activate() on it is that of the new
// release: a Pod of another node that somebody deletes meanwhile, in draining a machine say, comes
// back with the new release, and the run then says that it no longer fits. The former strategy
// comes back when the run gives its locks back and every Pod is of the template; until then
// OnDelete stays, since any other would go on without natsctl. Killed anywhere, all this is found
// again, also from another machine: at the StatefulSet in annotations (pod.h), the lock in a Lease
// natsctl-POD. A held Pod whose run is never resumed stays ended until somebody takes the finalizer
// away.
//
// DIR is of this machine and has nothing but files that write_file() put there, and the output of
// the server that was asked to end. Another path is one in the Pod: read from the ConfigMap or
// Secret that is mounted there, else out of the container.
//
// Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset, …/pods/pod-lifecycle
namespace exec {

class KubernetesExecutor final : public Executor {
 public:
  explicit KubernetesExecutor(const plan::Node& node);

  base::Result<Facts> facts() override;
  base::Result<std::vector<Concern>> audit() override;
  base::Result<std::vector<Concern>> audit_release(const plan::Release& release) override;
  base::Result<void> stage(const plan::Release& release) override;
  base::Result<void> adopt(const std::string& running_version) override;
  base::Result<void> activate(const std::string& version) override;
  base::Result<void> revert() override;
  base::Result<ProcessId> start(const StartSpec& spec) override;
  base::Result<void> signal(Signal signal, const ProcessId& expected) override;
  base::Result<bool> runs(const ProcessId& id) override;
  std::vector<std::string> left_to_people() override;
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

  // The variables of the server's container, as far as the template says them.
  base::Result<std::map<std::string, std::string>> environment();

 private:
  base::Result<StatefulSet> set();
  base::Result<std::optional<Pod>> pod();
  base::Result<std::vector<Pod>> pods_of(const StatefulSet& set);
  // The one as it is, changed; again when somebody changed it meanwhile.
  base::Result<void> change_set(
      const std::function<base::Result<base::Json>(const StatefulSet& set)>& change);
  base::Result<void> write_record(const std::function<void(PodRecord& record)>& change);
  base::Result<void> make_active(const std::string& version);
  base::Result<void> put_into_template(const std::string& image);

  base::Result<void> hold(const Pod& pod, bool on);
  base::Result<void> tell_server(const Pod& pod, Signal signal);
  base::Result<void> keep_output() const;
  base::Result<void> begin_lame_duck(const Pod& pod);
  base::Result<void> drain_without_hook(const Pod& held);
  base::Result<void> prepare_the_next(const std::string& image);
  base::Result<ProcessId> wait_for_the_next(const std::string& image);
  base::Result<bool> make_way(const std::optional<Pod>& found, const std::string& image);
  base::Error start_trouble(const Pod& pod);
  base::Result<void> give_strategy_back();

  base::Result<Outcome> try_image(const std::string& image,
                                  const std::vector<std::string>& args,
                                  base::nanoseconds patience);
  base::Result<Outcome> outcome_of_trial(const base::Json& trial, base::nanoseconds patience);
  base::Result<void> remove_finished_trials();
  base::Result<std::optional<std::string>> mounted(const plan::fs::path& file);
  bool is_of_this_machine(const plan::fs::path& file) const;

  plan::Node node_;
  plan::fs::path dir_;
  std::string pod_;
  std::string container_;
  Kubectl kubectl_;
};

}  // namespace exec
