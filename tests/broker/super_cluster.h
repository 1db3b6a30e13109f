#pragma once

#include "tests/broker/mesh.h"
#include "tests/support/ports.h"

#include <map>
#include <string>
#include <vector>

// A small language for tests about several clusters at once.
namespace support {

// A cluster of a super-cluster: its name, and where its first server's gateways are.
struct Region {
  explicit Region(std::string its_name) : name(std::move(its_name)), port(free_port()) {}

  std::string name;
  int port;
};

inline std::string gateway_block(const Region& here,
                                 int port,
                                 const std::vector<const Region*>& others) {
  std::string list;
  for (const Region* other : others) {
    list += "{ name: " + other->name + ", url: \"nats://127.0.0.1:" + std::to_string(other->port) +
            "\" }, ";
  }
  return "gateway { name: " + here.name + ", listen: \"127.0.0.1:" + std::to_string(port) +
         "\", gateways: [ " + list + "] }\n";
}

// The first server of a region: the others of `others` are in its configuration.
inline ServerSettings first_of(const Region& region,
                               const std::string& name,
                               const std::vector<const Region*>& others,
                               const Release& release = Release::broker()) {
  ServerSettings settings = member(name, release);
  settings.cluster_name = region.name;
  settings.conf = gateway_block(region, region.port, others);
  return settings;
}

// Another one, which hears of the other regions as it comes.
inline ServerSettings next_of(const Region& region,
                              const std::string& name,
                              const ServerProcess& first,
                              const Release& release = Release::broker()) {
  ServerSettings settings = member(name, release);
  settings.cluster_name = region.name;
  settings.routes = {first.cluster_port()};
  settings.conf = gateway_block(region, free_port(), {});
  return settings;
}

inline base::Json gatewayz(const ServerProcess& server, const std::string& query = "") {
  return http_get(server.monitor_port(), "/gatewayz" + query).json();
}

// This server sends to each of these clusters, and hears from it.
inline void wait_for_gateways(const ServerProcess& server, const std::vector<std::string>& names) {
  eventually(
      server.name() + " has its gateways",
      [&] {
        const base::Json page = gatewayz(server);
        for (const std::string& name : names) {
          if (page["outbound_gateways"].find(name) == nullptr) return false;
        }
        return page["outbound_gateways"].fields().size() == names.size();
      },
      std::chrono::seconds(40));
}

// Interest of `there` in `subject`, in a cluster that `here` sends to, is known at `here`.
inline void wait_for_interest(const ServerProcess& here,
                              const std::string& cluster,
                              const std::string& subject,
                              bool wanted = true) {
  eventually(here.name() + (wanted ? " knows of " : " does not know of ") + subject, [&] {
    const base::Json page = gatewayz(here, "?acc_name=$G&subs=1");
    for (const base::Json& account : page["outbound_gateways"][cluster]["accounts"].items()) {
      for (const base::Json& each : account["subscriptions_list"].items()) {
        if (each.text() == subject) return wanted;
      }
    }
    return !wanted;
  });
}

// From here on what is published on `subject` reaches the far subscriber, who has heard all that
// was said to find out. (2.9 does not show what other clusters want.)
inline void wait_for_way(Wire& publisher, Wire& subscriber, const std::string& subject) {
  eventually("the way of " + subject + " is known", [&] {
    publisher.send_raw("PUB " + subject + " 4\r\nway?\r\n");
    publisher.sync();
    return subscriber.count_messages() > 0;
  });
  publisher.send_raw("PUB " + subject + " 4\r\nway!\r\n");
  subscriber.line_with("way!");
}

// A message published here reaches a subscriber there, once.
inline void check_message(const ServerProcess& here, const ServerProcess& there) {
  const std::string subject = "news." + here.name() + "." + there.name();
  Wire subscriber = Wire::client(there.port());
  subscriber.send("SUB " + subject + " 1");
  subscriber.sync();
  Wire publisher = Wire::client(here.port());
  wait_for_way(publisher, subscriber, subject);
  publisher.send_raw("PUB " + subject + " 2\r\nhi\r\n");
  subscriber.line_with("MSG " + subject + " 1 2");
  CHECK(subscriber.line() == "hi");
  CHECK(subscriber.count_messages() == 0);
}

// A queue group with a member at `here` is served there; without one, at `there`.
inline void check_nearest_member(const ServerProcess& here, const ServerProcess& there) {
  constexpr int kMessages = 20;
  const std::string subject = "work." + here.name() + "." + there.name();
  Wire far = Wire::client(there.port());
  far.send("SUB " + subject + " workers 1");
  far.sync();
  Wire publisher = Wire::client(here.port());
  wait_for_way(publisher, far, subject);
  Wire near = Wire::client(here.port());
  near.send("SUB " + subject + " workers 1");
  near.sync();
  const auto publish = [&] {
    for (int i = 0; i < kMessages; ++i)
      publisher.send_raw("PUB " + subject + " 1\r\nx\r\n");
    publisher.sync();
  };
  publish();
  int of_near = 0;
  eventually("the near member has all of them", [&] {
    of_near += near.count_messages();
    return of_near >= kMessages;
  });
  near.send("UNSUB 1");
  near.sync();
  publish();
  int of_far = 0;
  eventually("the far member has the rest", [&] {
    of_far += far.count_messages();
    return of_far >= kMessages;
  });
  CHECK(of_near == kMessages);
  CHECK(of_far == kMessages);
}

// The answer to a request comes through a real server between, which drops it when it has not yet
// read that its neighbour wants it: each connection has a goroutine of its own there, so what was
// said first is not always read first (seen on 2.10.27). So that is waited for.
inline void check_slow_request(const ServerProcess& here, const ServerProcess& there) {
  Wire service = Wire::client(there.port());
  service.send("SUB slow." + there.name() + " 1");
  service.sync();
  Wire client = Wire::client(here.port());
  client.send("SUB inbox.* 1");
  client.sync();
  wait_for_way(service, client, "inbox.way");
  wait_for_way(client, service, "slow." + there.name());
  client.send_raw("PUB slow." + there.name() + " inbox.1 2\r\nhi\r\n");
  service.line_with("MSG slow." + there.name() + " 1 inbox.1 2");
  service.send_raw("PUB inbox.1 2\r\nho\r\n");
  client.line_with("MSG inbox.1 1 2");
}

enum class Between { nobody, a_real_server };

// All that a super-cluster is for, from one server to one of another cluster.
inline void check_far(const ServerProcess& here,
                      const ServerProcess& there,
                      Between between = Between::nobody) {
  CAPTURE(here.name());
  CAPTURE(there.name());
  check_message(here, there);
  if (between == Between::nobody) {
    check_request(here, there);
  } else {
    check_slow_request(here, there);
  }
  check_nearest_member(here, there);
}

}  // namespace support
