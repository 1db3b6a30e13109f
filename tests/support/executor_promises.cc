#include "tests/support/executor_promises.h"

#include "base/digest.h"
#include "exec/make_executor.h"
#include "tests/support/eventually.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace support {

namespace {

using exec::Signal;

void stages(Machine& machine) {
  REQUIRE(machine.executor->stage(machine.to_stage(old_server())));
  REQUIRE(machine.executor->stage(machine.to_stage(old_server())));
  CHECK(machine.facts().releases == std::vector{old_server().version});
  CHECK(machine.facts().active_release == "");
  CHECK(machine.executor->program(old_server().version));
  CHECK_FALSE(machine.executor->program("9.9.9"));
  const auto refused = machine.executor->stage(machine.not_meant(machine.to_stage(new_server())));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("sha256") != std::string::npos);
  CHECK(machine.facts().releases == std::vector{old_server().version});
}

void switches(Machine& machine) {
  REQUIRE(machine.executor->stage(machine.to_stage(old_server())));
  REQUIRE(machine.executor->stage(machine.to_stage(new_server())));
  CHECK_FALSE(machine.executor->activate("9.9.9"));
  CHECK_FALSE(machine.executor->revert());
  REQUIRE(machine.executor->activate(old_server().version));
  REQUIRE(machine.executor->activate(new_server().version));
  REQUIRE(machine.executor->activate(new_server().version));
  machine.again();
  CHECK(machine.facts().active_release == new_server().version);
  REQUIRE(machine.executor->revert());
  REQUIRE(machine.executor->revert());
  CHECK(machine.facts().active_release == old_server().version);
}

void starts(Machine& machine) {
  CHECK_FALSE(machine.executor->start({machine.args()}));  // nothing is active
  REQUIRE(machine.executor->stage(machine.to_stage(new_server())));
  REQUIRE(machine.executor->activate(new_server().version));
  const auto id = machine.executor->start({machine.args()});
  REQUIRE_MESSAGE(id, (id ? "" : id.error().what));
  CHECK_FALSE(machine.executor->start({machine.args()}));  // it runs already
  machine.until_listening();
  machine.again();
  const auto running = machine.facts().running;
  REQUIRE(running);
  CHECK(running->id == *id);
  CHECK(running->release == new_server().version);
  CHECK(running->listens == std::vector{machine.node.client.port});
  CHECK_FALSE(machine.executor->forget());
  REQUIRE(machine.executor->signal(Signal::lame_duck, *id));
  machine.until_gone(*id);
  const auto gone = machine.executor->signal(Signal::kill, *id);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == base::ErrorCode::not_found);
  eventually("its last lines can be had", [&] {
    return machine.executor->last_output(5).find("Server Exiting") != std::string::npos;
  });
  REQUIRE(machine.executor->forget());
  CHECK(machine.facts().releases.empty());
}

void another_process_is_left_alone(Machine& machine) {
  machine.start_foreign();
  auto id = machine.facts().running->id;
  ++id.start_ticks;  // the number is the same, the process another
  CHECK_FALSE(*machine.executor->runs(id));
  const auto refused = machine.executor->signal(Signal::kill, id);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::not_found);
  CHECK(machine.facts().running);
}

void adopts(Machine& machine) {
  machine.start_foreign();
  const auto found = machine.facts().running;
  REQUIRE(found);
  CHECK(found->release == "");
  CHECK(machine.facts().active_release == "");
  CHECK(found->listens == std::vector{machine.node.client.port});
  REQUIRE(machine.executor->adopt(old_server().version));
  REQUIRE(machine.executor->adopt(old_server().version));
  machine.again();
  CHECK(machine.facts().active_release == old_server().version);
  CHECK(machine.facts().running->release == old_server().version);
  CHECK(machine.facts().running->id == found->id);  // it runs on
  machine.stop_foreign();
  machine.until_gone(found->id);
  const auto id = machine.executor->start({machine.args()});
  REQUIRE_MESSAGE(id, (id ? "" : id.error().what));
  machine.until_listening();
  CHECK(machine.facts().running->release == old_server().version);
}

void drained_is_not_revived(Machine& machine) {
  machine.start_foreign();
  const auto found = machine.facts().running;
  REQUIRE(found);
  REQUIRE(machine.executor->adopt(old_server().version));
  REQUIRE(machine.executor->stage(machine.to_stage(new_server())));
  const auto told = machine.executor->signal(Signal::lame_duck, found->id);
  REQUIRE_MESSAGE(told, (told ? "" : told.error().what));
  machine.until_gone(found->id);
  machine.again();
  REQUIRE(machine.executor->activate(new_server().version));
  CHECK_FALSE(machine.facts().running);
  const auto id = machine.executor->start({machine.args()});
  REQUIRE_MESSAGE(id, (id ? "" : id.error().what));
  machine.until_listening();
  CHECK(machine.facts().running->release == new_server().version);
}

void keeps_files(Machine& machine) {
  const auto file = machine.node.executor.dir / "a b" / "it's.conf";
  const auto missing = machine.executor->read_file(file);
  REQUIRE_FALSE(missing);
  const std::string text = "one\n\ntwo 'three' $HOME\n";
  REQUIRE(machine.executor->write_file(file, text, true));
  REQUIRE(machine.executor->write_file(file, text, true));
  machine.again();
  CHECK(*machine.executor->read_file(file) == text);
  REQUIRE(machine.executor->remove_file(file));
  REQUIRE(machine.executor->remove_file(file));
  CHECK_FALSE(machine.executor->read_file(file));
}

void locks(Machine& machine) {
  const auto now = base::WallTime(1h);
  REQUIRE(machine.executor->take_lock({"run-1", "here", now + 1min}, now));
  REQUIRE(machine.executor->take_lock({"run-1", "here", now + 2min}, now));
  machine.again();
  const auto refused = machine.executor->take_lock({"run-2", "there", now + 1min}, now);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::refused);
  CHECK(refused.error().what.find("run-1") != std::string::npos);
  REQUIRE(machine.executor->release_lock("run-2"));
  CHECK((*machine.executor->lock())->owner == "run-1");
  REQUIRE(machine.executor->take_lock({"run-2", "there", now + 9min}, now + 3min));
  REQUIRE(machine.executor->release_lock("run-2"));
  CHECK_FALSE(machine.executor->lock()->has_value());
}

}  // namespace

plan::Release Machine::to_stage(const Release& release) const {
  return support::to_stage(release);
}

plan::Release Machine::not_meant(plan::Release release) const {
  release.sha256.assign(64, '0');
  return release;
}

void Machine::again() {
  executor = exec::make_executor(node);
}

exec::Facts Machine::facts() {
  auto facts = executor->facts();
  REQUIRE_MESSAGE(facts, (facts ? "" : facts.error().what));
  return *std::move(facts);
}

std::vector<std::string> Machine::args() const {
  return {"-a", "127.0.0.1", "-p", std::to_string(node.client.port)};
}

void Machine::until_listening() {
  eventually("the server listens", [&] {
    const auto now = facts();
    return now.running && now.running->listens == std::vector{node.client.port};
  });
}

void Machine::until_gone(const exec::ProcessId& id) {
  eventually("the server ends", [&] { return !*executor->runs(id); });
}

void Machine::end_server() {
  const auto facts = executor->facts();
  if (!facts || !facts->running || facts->running->release.empty()) return;
  static_cast<void>(executor->signal(Signal::kill, facts->running->id));
}

const Release& old_server() {
  static const auto server = Release::real("2.9");
  return server;
}

const Release& new_server() {
  static const auto server = Release::real("2.10");
  return server;
}

plan::Release to_stage(const Release& release) {
  return {release.version, release.binary, *base::sha256_of_file(release.binary)};
}

const std::vector<Promise>& executor_promises() {
  static const std::vector<Promise> promises = {
      {"staging changes nothing that is active, twice is once, a wrong checksum is refused",
       stages},
      {"the active release changes in one step and goes back, however often it is asked", switches},
      {"a started server is known again, drained, and forgotten only when it has ended", starts},
      {"a process with the same number that is another one is left alone",
       another_process_is_left_alone},
      {"a server of somebody else is taken into care as it runs, and started again from there",
       adopts},
      {"a drained server comes back with the new release, and not before", drained_is_not_revived},
      {"files are written whole, twice is once, and a missing one is no error to remove",
       keeps_files},
      {"of two natsctl that want a node's lock, one gets it until it expires", locks},
  };
  return promises;
}

}  // namespace support
