// Our broker as a leaf node of real servers, and as their hub.
#include "tests/broker/leaf_pair.h"
#include "tests/broker/mesh.h"

using support::free_port;
using support::Release;
using support::ServerProcess;
using support::Wire;

namespace {

// A queue group that lives at the other end only gets each message once.
void check_queue_across(const ServerProcess& from, const ServerProcess& to) {
  constexpr int kMessages = 100;
  const std::string subject = "jobs." + from.name() + "." + to.name();
  Wire one = Wire::client(to.port());
  Wire two = Wire::client(to.port());
  Wire publisher = Wire::client(from.port());
  for (Wire* worker : {&one, &two}) {
    worker->send("SUB " + subject + " workers 1");
    worker->sync();
  }
  two.send("SUB known." + subject + " 2");
  two.sync();
  // What was asked for before is known when this arrives.
  support::wait_for_interest(publisher, two, "known." + subject);
  for (int i = 0; i < kMessages; ++i)
    publisher.send_raw("PUB " + subject + " 1\r\nx\r\n");
  // Whatever comes twice comes before this.
  publisher.send("PUB known." + subject + " 1\r\nx");
  int came = 0;
  const auto count = [&] { return came += one.count_messages() + two.count_messages(); };
  support::eventually("every message has come", [&] { return count() >= kMessages + 1; });
  CHECK(count() == kMessages + 1);
}

// A local member is preferred, so the other end hears nothing.
void check_local_member_first(const ServerProcess& here, const ServerProcess& there) {
  const std::string subject = "near." + here.name() + "." + there.name();
  Wire mine = Wire::client(here.port());
  Wire theirs = Wire::client(there.port());
  Wire publisher = Wire::client(here.port());
  mine.send("SUB " + subject + " workers 1");
  theirs.send("SUB " + subject + " workers 1");
  theirs.send("SUB known." + subject + " 2");
  mine.sync();
  theirs.sync();
  // What was asked for before is known when this arrives.
  support::wait_for_interest(publisher, theirs, "known." + subject);
  for (int i = 0; i < 50; ++i)
    publisher.send_raw("PUB " + subject + " 1\r\nx\r\n");
  publisher.sync();
  int came = 0;
  support::eventually("the local member has all",
                      [&] { return (came += mine.count_messages()) == 50; });
  CHECK(theirs.count_messages() == 0);
}

void check_both_ways(const Release& hub_release, const Release& spoke_release) {
  const int port = free_port();
  ServerProcess hub(support::hub_settings("HUB", hub_release, port));
  ServerProcess spoke(support::spoke_settings("SPOKE", spoke_release, {port}));
  support::wait_for_leafs(hub, 1);
  support::wait_for_leafs(spoke, 1);
  for (const auto& [here, there] : {std::pair(&hub, &spoke), std::pair(&spoke, &hub)}) {
    CAPTURE(here->name());
    support::check_message(*here, *there);
    support::check_request(*here, *there);
    check_queue_across(*here, *there);
    check_local_member_first(*here, *there);
  }
}

}  // namespace

TEST_SUITE("broker: leaf nodes with real servers") {
  TEST_CASE("two brokers") {
    check_both_ways(Release::broker(), Release::broker());
  }
  TEST_CASE("we are a leaf node of 2.9") {
    check_both_ways(Release::real("2.9"), Release::broker());
  }
  TEST_CASE("we are a leaf node of 2.10") {
    check_both_ways(Release::real("2.10"), Release::broker());
  }
  TEST_CASE("we are a leaf node of the newest") {
    check_both_ways(Release::real("newest"), Release::broker());
  }
  TEST_CASE("2.9 is our leaf node") {
    check_both_ways(Release::broker(), Release::real("2.9"));
  }
  TEST_CASE("2.10 is our leaf node") {
    check_both_ways(Release::broker(), Release::real("2.10"));
  }
  TEST_CASE("the newest is our leaf node") {
    check_both_ways(Release::broker(), Release::real("newest"));
  }
}
