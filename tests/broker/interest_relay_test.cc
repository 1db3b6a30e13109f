#include "broker/cluster/interest_relay.h"

#include <doctest/doctest.h>

using broker::Holder;
using broker::InterestBook;
using broker::InterestRelay;
using broker::RoutePermission;

namespace {

// A route's relay whose lines are kept; everything happens on the test's own thread, so the
// worker's loop never runs.
struct Relayed {
  explicit Relayed(const contract::SubjectPermissions& import = {},
                   const contract::SubjectPermissions& peer = {})
      : relay(std::make_shared<InterestRelay>(
            workers.at(0), book, RoutePermission(import), [this](std::string_view lines) {
              said += lines;
            })) {
    relay->start(RoutePermission(peer));
  }

  explicit Relayed(InterestBook::Origins origins)
      : relay(std::make_shared<InterestRelay>(
            workers.at(0), book, RoutePermission(), [this](std::string_view lines) {
              said += lines;
            })) {
    relay->start(RoutePermission(), origins);
  }

  ~Relayed() { relay->stop(); }

  std::string take() {
    relay->flush();
    return std::exchange(said, {});
  }

  broker::Workers workers{1};
  broker::InterestBook book;
  broker::AccountTable accounts;
  std::string said;
  std::shared_ptr<InterestRelay> relay;
};

}  // namespace

TEST_SUITE("broker: interest relay") {
  TEST_CASE("plain interest is told when it begins and when it ends") {
    Relayed route;
    auto& account = route.accounts.global();
    route.book.add(account, "a.*", "");
    CHECK(route.take() == "RS+ $G a.*\r\n");
    route.book.add(account, "a.*", "");
    CHECK(route.take().empty());
    route.book.remove(account, "a.*", "");
    CHECK(route.take().empty());
    route.book.remove(account, "a.*", "");
    CHECK(route.take() == "RS- $G a.*\r\n");
  }

  TEST_CASE("a queue group's size is told whenever it changes") {
    Relayed route;
    auto& account = route.accounts.global();
    route.book.add(account, "jobs", "workers");
    route.book.add(account, "jobs", "workers");
    CHECK(route.take() == "RS+ $G jobs workers 1\r\nRS+ $G jobs workers 2\r\n");
    route.book.remove(account, "jobs", "workers");
    route.book.remove(account, "jobs", "workers");
    CHECK(route.take() == "RS+ $G jobs workers 1\r\nRS- $G jobs workers\r\n");
  }

  TEST_CASE("what may not be imported, or would not be exported, is not asked for") {
    Relayed route({.allow = {"in.>"}, .deny = {"in.secret"}}, {.allow = {}, .deny = {"in.theirs"}});
    auto& account = route.accounts.global();
    for (const char* subject : {"out", "in.secret", "in.theirs", "in.a"})
      route.book.add(account, subject, "");
    CHECK(route.take() == "RS+ $G in.a\r\n");
    route.relay->set_peer_export({});
    CHECK(route.take() == "RS+ $G in.theirs\r\n");
  }

  TEST_CASE("what leaf nodes want is told as theirs, where the peer can tell it apart") {
    Relayed route(InterestBook::Origins::apart);
    auto& account = route.accounts.global();
    const Holder leaf{Holder::Kind::leaf, nullptr, "EDGE"};
    route.book.add(account, "a", "");
    route.book.add(account, "a", "", leaf);
    route.book.add(account, "b", "q", leaf, 2);
    CHECK(route.take() == "RS+ $G a\r\nLS+ EDGE $G a\r\nLS+ EDGE $G b q 2\r\n");
    route.book.remove(account, "a", "", leaf);
    route.book.remove(account, "a", "");
    CHECK(route.take() == "LS- EDGE $G a\r\nRS- $G a\r\n");
  }

  TEST_CASE("... and as one with all others, where it cannot") {
    Relayed route;
    auto& account = route.accounts.global();
    const Holder leaf{Holder::Kind::leaf, nullptr, "EDGE"};
    route.book.add(account, "a", "");
    route.book.add(account, "a", "", leaf);
    route.book.remove(account, "a", "");
    CHECK(route.take() == "RS+ $G a\r\n");
    route.book.remove(account, "a", "", leaf);
    CHECK(route.take() == "RS- $G a\r\n");
  }

  TEST_CASE("after the end nothing is told") {
    Relayed route;
    route.relay->stop();
    route.book.add(route.accounts.global(), "a", "");
    CHECK(route.take().empty());
  }
}
