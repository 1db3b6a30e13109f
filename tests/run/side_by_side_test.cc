#include "exec/side_by_side.h"

#include "tests/support/eventually.h"

#include <atomic>
#include <mutex>
#include <set>

#include <doctest/doctest.h>

namespace {

std::vector<plan::Node> nodes_at(const std::vector<std::string>& hosts) {
  std::vector<plan::Node> nodes;
  for (const auto& host : hosts) {
    plan::Node node{.name = "N" + std::to_string(nodes.size())};
    node.executor.type = host.empty() ? "process" : "ssh";
    node.executor.host = host;
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::vector<const plan::Node*> pointers_to(const std::vector<plan::Node>& nodes) {
  std::vector<const plan::Node*> pointers;
  for (const auto& node : nodes)
    pointers.push_back(&node);
  return pointers;
}

}  // namespace

TEST_SUITE("actions: side by side") {
  TEST_CASE("nodes of this machine, and of different ones, are at work at the same time") {
    for (const auto& hosts : {std::vector<std::string>{"", ""}, {"h1", "h2"}}) {
      const auto nodes = nodes_at(hosts);
      std::atomic<int> here = 0;
      exec::side_by_side(pointers_to(nodes), [&](const plan::Node&) {
        ++here;
        support::eventually("the other is at work too", [&] { return here == 2; });
      });
      CHECK(here == 2);
    }
  }

  TEST_CASE("every node has its turn, and those of another machine one at a time") {
    std::vector<std::string> hosts(40, "");
    hosts.insert(hosts.end(), 20, "h1");
    const auto nodes = nodes_at(hosts);
    std::mutex mutex;
    std::set<std::string> done;
    std::atomic<int> at_h1 = 0;
    std::atomic<bool> twice = false;
    exec::side_by_side(pointers_to(nodes), [&](const plan::Node& node) {
      const bool remote = node.executor.is_remote();
      if (remote && ++at_h1 > 1) twice = true;
      {
        const std::lock_guard lock(mutex);
        done.insert(node.name);
      }
      if (remote) --at_h1;
    });
    CHECK(done.size() == nodes.size());
    CHECK_FALSE(twice);
  }
}
