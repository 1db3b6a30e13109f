#pragma once

#include "exec/container_copy.h"
#include "exec/container_record.h"
#include "exec/container_shelf.h"
#include "exec/engine.h"
#include "exec/executor.h"

#include <memory>
#include <optional>
#include <string>

// The executor for servers that run as containers of Docker or Podman on this machine. A release is
// an image: another one is another container, made after the one that has the node's name with
// everything but the image the same, and put into its place (container_shelf.h). The one before
// stays, stopped, until the next change.
//
// A container keeps its command: what the plan says of arguments is only compared (audit()).
//
// A server that is asked to end is not brought back by its engine. With Docker its restart policy
// is switched off before, and on again by start(). Podman (4.3) cannot change a policy, and revives
// what ends by a signal; but not a container that it stops itself, so natsctl has it do that. A
// stop sends the container's own stop signal, so a drain wants that to be SIGUSR2: audit() says so.
//
// What natsctl keeps lies in the node's folder on this machine:
//
//   DIR/container.json   see container_record.h
//   DIR/lock.json        see node_lock.h
//
// A path below DIR is one of this machine, every other path is one in the container. run() with an
// image in front is a container of its own for that time, NAME.natsctl-trial: it has the server's
// mounts, read only, and no network.
//
// Between the renames of a start() nothing has the node's name; killed there, the next start()
// looks at what is there and goes on. The engine restarted in the middle of a verb is an error that
// says so; the verb may be repeated.
namespace exec {

class ContainerExecutor final : public Executor {
 public:
  ContainerExecutor(const plan::Node& node, std::unique_ptr<Engine> engine);

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

 private:
  base::Result<std::optional<Container>> find(const std::string& name);
  base::Result<Shelf> shelf();
  base::Result<std::optional<Container>> running();  // by whichever of the names
  base::Result<Container> container();  // the node's; between two renames, the one it comes from
  base::Result<base::Json> image(const std::string& name);
  base::Result<void> fetch(const plan::Release& release);  // pulls it, or loads its archive
  base::Result<std::vector<Concern>> objections(const base::Json& told,
                                                const plan::Release& release);
  base::Result<void> remove_by_force(const std::string& name);
  base::Result<void> carry_out(const std::vector<Move>& all, const ContainerRecord& record);
  base::Result<void> create(const Container& model, const ContainerRecord& record);

  bool is_podman() const { return node_.executor.type == "podman"; }

  base::Result<void> hold(const Container& container);
  base::Result<void> end_by_podman(Signal signal, const Container& container);
  base::Result<void> begin_lame_duck(const Container& container);
  base::Result<void> stop_by_podman(std::chrono::seconds patience);
  base::Result<void> restore(const Container& container, ContainerRecord& record);
  base::Result<Outcome> try_image(const Command& command, const Container* model);
  base::Result<void> remove_abandoned_trials();
  bool is_of_this_machine(const plan::fs::path& file) const;

  plan::Node node_;
  plan::fs::path dir_;
  std::string name_;
  std::unique_ptr<Engine> engine_;
};

// "SIGUSR2", as engines take it.
const char* signal_word(Signal signal);

// The socket of the engine that a spec means.
plan::fs::path engine_socket(const plan::ExecutorSpec& spec);

// What `docker logs` makes of the engine's answer: without the eight bytes before each piece.
// Source: Docker Engine API, "Attach to a container", stream format. Pure.
std::string text_of_logs(const std::string& raw);

}  // namespace exec
