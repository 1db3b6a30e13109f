#include "actions/meta_leader.h"

#include <doctest/doctest.h>

namespace {

// What a server says of the meta group when it is asked.
watch::ServerAnswer says(const std::string& server, const std::string& leader) {
  watch::ServerAnswer answer;
  answer.server.name = server;
  answer.data = base::Json::object({{"meta_cluster", base::Json::object({{"leader", leader}})}});
  return answer;
}

}  // namespace

TEST_SUITE("actions: meta leader") {
  TEST_CASE("it is who calls himself so, and no word of another one counts") {
    CHECK(actions::meta_leader_of({says("A", "B"), says("B", "B"), says("D", "B")}) == "B");
    CHECK(actions::meta_leader_of({says("A", "B"), says("D", "B")}).empty());
    CHECK(actions::meta_leader_of({says("A", ""), says("B", "")}).empty());
    CHECK(actions::meta_leader_of({}).empty());
  }

  TEST_CASE("two that call themselves so are none: an election is under way") {
    CHECK(actions::meta_leader_of({says("A", "A"), says("B", "B")}).empty());
  }
}
