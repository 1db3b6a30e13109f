#include "run/run_state.h"

#include "run/baseline.h"
#include "run/undo.h"

#include <doctest/doctest.h>

// A run told as a list of events over two members and a temporary node.
class Story {
 public:
  Story() {
    playbook::Steps steps;
    steps.list = {step("cluster/preflight", "preflight", ""),
                  step("C/add", "add-temp-node", "C"),
                  step("A/check", "check", "A"),
                  step("A/stop", "lame-duck", "A"),
                  step("A/start", "start-node", "A"),
                  step("B/check", "check", "B"),
                  step("B/stop", "lame-duck", "B"),
                  step("B/start", "start-node", "B"),
                  step("C/remove", "remove-temp-node", "C")};
    steps.recovery["A"] = {step("A/recover/start", "start-node", "A")};
    steps.recovery["B"] = {step("B/recover/start", "start-node", "B")};
    run::Event started;
    started.data = base::Json::object({{"cluster", "demo"}, {"playbook", "temp-node"}});
    started.data.set("steps", to_json(steps));
    tell(started);
  }

  static playbook::Step step(std::string id, std::string action, std::string node) {
    playbook::Step result;
    result.id = std::move(id);
    result.action = std::move(action);
    result.node = std::move(node);
    return result;
  }

  static bool changes(const std::string& action) {
    return action != "preflight" && action != "check";
  }

  Story& started(const std::string& id) {
    run::Event event = of(run::EventKind::step_started, id);
    event.data = base::Json::object({{"changes", changes(state_.find(id)->action)}});
    return tell(event);
  }

  Story& done(const std::string& id) {
    return started(id).tell(of(run::EventKind::step_finished, id));
  }

  Story& failed(const std::string& id) {
    auto event = of(run::EventKind::step_failed, id);
    event.text = "it did not work";
    return started(id).tell(event);
  }

  Story& recovered(const std::string& node, bool worked) {
    run::Event event;
    event.kind = run::EventKind::recovery_finished;
    event.node = node;
    event.data = base::Json::object({{"recovered", worked}, {"member", node != "C"}});
    return tell(event);
  }

  Story& tell(run::Event event) {
    events_.push_back(event);
    state_ = run::fold(events_);
    return *this;
  }

  const run::RunState& state() const { return state_; }

 private:
  run::Event of(run::EventKind kind, const std::string& id) {
    run::Event event;
    event.kind = kind;
    event.step = id;
    const auto* step = state_.find(id);
    if (step != nullptr) event.node = step->node;
    return event;
  }

  std::vector<run::Event> events_;
  run::RunState state_;
};

watch::Before before(const std::string& server_id, int clients) {
  watch::Before result;
  result.server_id = server_id;
  result.clients = clients;
  return result;
}

TEST_SUITE_BEGIN("run: state");

TEST_CASE("a run that has begun has everything left") {
  Story story;
  CHECK(story.state().cluster == "demo");
  CHECK(story.state().left().size() == 9);
  CHECK_FALSE(run::changed_the_cluster(story.state()));
}

TEST_CASE("what is done is not left") {
  Story story;
  story.done("cluster/preflight").done("C/add");
  REQUIRE(story.state().left().size() == 7);
  CHECK(story.state().left().front()->id == "A/check");
}

TEST_CASE("a node is in hand from its first change until its last step is done") {
  Story story;
  story.done("A/check");
  CHECK(story.state().node_in_hand().empty());
  story.started("A/stop");
  CHECK(story.state().node_in_hand() == "A");
  story.done("A/stop");
  CHECK(story.state().node_in_hand() == "A");
  story.done("A/start");
  CHECK(story.state().node_in_hand().empty());
}

TEST_CASE("the temporary node counts as present from its intent until it is removed") {
  Story story;
  story.started("C/add");
  CHECK(story.state().temp_node_present);
  CHECK(run::changed_the_cluster(story.state()));
  story.done("C/add").started("C/remove");
  CHECK(story.state().temp_node_present);
  story.done("C/remove");
  CHECK_FALSE(story.state().temp_node_present);
}

TEST_CASE("a node that was taken back is to be done again, and no other") {
  Story story;
  story.done("A/check").done("A/stop").done("A/start").done("B/check").done("B/stop");
  story.failed("B/start").recovered("B", true);
  CHECK(story.state().node_in_hand().empty());
  CHECK(story.state().left().size() == 6);  // preflight, C twice, and B's three
  CHECK(story.state().a_member_was_recovered);
}

TEST_CASE("a recovery that failed leaves the node in hand") {
  Story story;
  story.done("A/check").done("A/stop").failed("A/start").recovered("A", false);
  CHECK(story.state().node_in_hand() == "A");
}

TEST_CASE("a baseline of one node leaves those of the others as they were") {
  Story story;
  run::Event first;
  first.kind = run::EventKind::baseline;
  first.data = run::to_json(watch::Baseline{{"A", before("A1", 1)}, {"B", before("B1", 3)}});
  run::Event second;
  second.kind = run::EventKind::baseline;
  second.data = run::to_json(watch::Baseline{{"B", before("B1", 5)}});
  story.tell(first).tell(second);
  CHECK(story.state().before.at("A").server_id == "A1");
  CHECK(story.state().before.at("B").clients == 5);
}

TEST_CASE("members whose order was judged again are left in the new order") {
  Story story;
  run::Event event;
  event.kind = run::EventKind::turns_changed;
  event.data = base::Json::object({{"turns", base::Json(std::vector<std::string>{"B", "A"})}});
  story.tell(event);
  const auto state = story.state();
  const auto left = state.left();
  const auto first = [&](const std::string& node) {
    return std::find_if(
        left.begin(), left.end(), [&](const auto* step) { return step->node == node; });
  };
  CHECK(first("B") < first("A"));
  CHECK(left.size() == state.steps.list.size());
}

TEST_CASE("what JetStream held is in the journal, with numbers above 2^53") {
  watch::Baseline baseline;
  baseline["A"] = before("A1", 1);
  baseline["A"].has_jetstream = true;
  baseline["A"].up = std::chrono::hours(1);
  baseline["A"].api_errors = 7;
  auto& held = baseline[watch::kWholeCluster].jetstream.emplace();
  held.peers = {"A", "B"};
  held.streams["APP > ORDERS"] = {
      .messages = 3, .first_seq = 1, .last_seq = 18446744073709551615ULL};
  held.consumers["APP > ORDERS > DUR"] = {.delivered = 3, .ack_floor = 2};
  const auto stored = base::Json::parse(run::to_json(baseline).dump());
  REQUIRE(stored);
  CHECK(run::baseline_from_json(*stored) == baseline);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("run: undo");

TEST_CASE("a rollback takes the nodes back in reverse order, the temporary node last") {
  Story story;
  story.done("C/add").done("A/check").done("A/stop").done("A/start").done("B/check").done("B/stop");
  CHECK(run::nodes_to_roll_back(story.state()) == std::vector<std::string>{"B", "A", "C"});
}

TEST_CASE("a rollback leaves alone what was not touched") {
  Story story;
  story.done("A/check").done("A/stop").done("A/start").done("B/check");
  CHECK(run::nodes_to_roll_back(story.state()) == std::vector<std::string>{"A"});
}

TEST_CASE("the temporary node is taken back by its own removal, without a gate") {
  Story story;
  const auto steps = run::recovery_of(story.state().steps, "C");
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].action == "remove-temp-node");
  CHECK_FALSE(steps[0].gate);
}

TEST_CASE("a member is taken back by the playbook's own steps") {
  Story story;
  CHECK(run::recovery_of(story.state().steps, "A").front().id == "A/recover/start");
}

TEST_SUITE_END();
