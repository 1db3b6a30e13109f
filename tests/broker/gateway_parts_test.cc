#include "broker/accounts/recent_interest.h"
#include "broker/exchange/far_clusters.h"
#include "broker/exchange/name_hash.h"
#include "broker/exchange/reply_routes.h"
#include "broker/gateway/known_clusters.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

using Urls = std::vector<std::string>;

GatewaySettings settings() {
  GatewaySettings settings;
  settings.name = "EAST";
  settings.port = 7222;
  settings.remotes = {{.name = "WEST", .urls = {*contract::Url::parse("nats://u:p@w1:7222")}},
                      {.name = "EAST", .urls = {*contract::Url::parse("nats://e1:7222")}}};
  return settings;
}

std::shared_ptr<Subscription> wanted(const std::string& subject) {
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = subject;
  return subscription;
}

std::shared_ptr<Destination> connection() {
  return std::make_shared<Destination>(Destination::Kind::gateway, 0, 1, "gid:1", 1);
}

}  // namespace

TEST_SUITE("broker: parts of gateways") {
  TEST_CASE("our own cluster among the configured ones is none to dial") {
    const KnownClusters known(settings());
    REQUIRE(known.all().size() == 1);
    CHECK(known.all().front().name == "WEST");
    CHECK(known.all().front().configured);
    CHECK_FALSE(known.find("EAST"));
  }

  TEST_CASE("a cluster that others speak of is new once, and its addresses add up") {
    KnownClusters known(settings());
    CHECK(known.hear_of("NORTH", {"n1:7222"}));
    CHECK_FALSE(known.hear_of("NORTH", {"n2:7222", "n1:7222"}));
    CHECK(addresses(*known.find("NORTH")) == Urls{"n1:7222", "n2:7222"});
    CHECK_FALSE(known.find("NORTH")->configured);
    CHECK_FALSE(known.hear_of("EAST", {"e2:7222"}));
    CHECK_FALSE(known.hear_of("SOUTH", {}));
    CHECK_FALSE(known.hear_of("SOUTH", {"no address"}));
    CHECK_FALSE(known.find("SOUTH"));
  }

  TEST_CASE("what a cluster says of itself replaces what others said, but not the configuration") {
    KnownClusters known(settings());
    known.hear_of("WEST", {"old:7222"});
    known.update("WEST", {"w2:7222", "w1:7222"});
    CHECK(addresses(*known.find("WEST")) == Urls{"w1:7222", "w2:7222"});
    CHECK(known.find("WEST")->urls.front().password == "p");
  }

  TEST_CASE("learned clusters may be forgotten, configured ones not") {
    KnownClusters known(settings());
    known.hear_of("NORTH", {"n1:7222"});
    known.forget("NORTH");
    known.forget("WEST");
    CHECK_FALSE(known.find("NORTH"));
    CHECK(known.find("WEST"));
    CHECK(known.hear_of("NORTH", {"n1:7222"}));
  }

  TEST_CASE("a routed reply names a cluster, a server and what was asked for") {
    const auto reply = read_routed_reply("_GR_.abcdef.ghijkl._INBOX.7.x");
    REQUIRE(reply);
    CHECK(reply->cluster == "abcdef");
    CHECK(reply->server == "ghijkl");
    CHECK(reply->subject == "_INBOX.7.x");
    for (const char* none : {"", "_INBOX.7", "_GR_.", "_GR_.abcdef.ghijkl.", "_R_.abcdef.ghijkl.x"})
      CHECK_FALSE(read_routed_reply(none));
  }

  TEST_CASE("the ways of routed replies are found by the hashes of names") {
    FarClusters far;
    CHECK_FALSE(far.enabled());
    far.set_up("EAST", "NME");
    CHECK(far.enabled());
    CHECK(far.prefix() == "_GR_." + name_hash("EAST", 6) + "." + name_hash("NME", 6) + ".");
    const std::string subject = far.prefix() + "inbox";
    const auto mine = read_routed_reply(subject);
    REQUIRE(mine);
    CHECK(far.is_our_cluster(*mine));
    CHECK(far.is_this_server(*mine));
    const auto west = connection();
    const auto peer = connection();
    far.add_cluster("WEST", west);
    far.add_server("NPEER", peer);
    CHECK(far.cluster(name_hash("WEST", 6)) == west);
    CHECK(far.server(name_hash("NPEER", 6)) == peer);
    CHECK(far.cluster(name_hash("NPEER", 6)) == nullptr);
    far.remove(*west);
    CHECK(far.cluster(name_hash("WEST", 6)) == nullptr);
    CHECK(far.server(name_hash("NPEER", 6)) == peer);
  }

  // Seen on real servers: "$SYS.LATENCY.M2.TPEvOT1J" is of the server named B1.
  TEST_CASE("every server makes the same hash of a name") {
    CHECK(name_hash("B1", 8) == "TPEvOT1J");
    CHECK(name_hash("WEST", 6) == "KOMZkc");
  }

  TEST_CASE("a routed reply is remembered for two seconds, longer when it is asked for again") {
    ReplyRoutes routes;
    const base::Time begin{};
    const auto at = [&](int milliseconds) {
      return begin + std::chrono::milliseconds(milliseconds);
    };
    CHECK_FALSE(routes.find("inbox", at(0)));
    routes.remember("inbox", "_GR_.a.b.inbox", at(0));
    routes.remember("other", "_GR_.a.b.other", at(1000));
    CHECK(routes.find("inbox", at(1999)) == "_GR_.a.b.inbox");
    CHECK_FALSE(routes.find("inbox", at(2000)));
    CHECK(routes.find("other", at(2000)) == "_GR_.a.b.other");
    routes.remember("other", "_GR_.c.d.other", at(2500));
    CHECK(routes.find("other", at(3500)) == "_GR_.c.d.other");
    CHECK_FALSE(routes.find("other", at(4500)));
  }

  TEST_CASE("a subscription is recent for two seconds, or until it ends") {
    RecentInterest recent;
    const base::Time begin{};
    const auto at = [&](int milliseconds) {
      return begin + std::chrono::milliseconds(milliseconds);
    };
    CHECK_FALSE(recent.has("inbox.1", at(0)));
    recent.add(wanted("inbox.*"), at(0));
    const auto short_lived = wanted("other");
    recent.add(short_lived, at(1000));
    CHECK(recent.has("inbox.1", at(1999)));
    CHECK_FALSE(recent.has("inbox.1.2", at(1999)));
    CHECK(recent.has("other", at(1999)));
    CHECK_FALSE(recent.has("inbox.1", at(2000)));
    CHECK(recent.has("other", at(2000)));
    short_lived->closed = true;
    CHECK_FALSE(recent.has("other", at(2001)));
  }
}
