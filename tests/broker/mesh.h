#pragma once

#include "tests/support/eventually.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

// A small language for tests about several servers at once.
namespace support {

// How many other servers this one holds routes to.
inline std::int64_t remotes(const ServerProcess& server) {
  return http_get(server.monitor_port(), "/varz").json()["remotes"].integer(-1);
}

inline void wait_for_remotes(const ServerProcess& server, std::int64_t count) {
  eventually(
      server.name() + " has " + std::to_string(count) + " remotes",
      [&] { return remotes(server) == count; },
      std::chrono::seconds(40));
}

// A server of a cluster that answers to monitoring.
inline ServerSettings member(const std::string& name, const Release& release = Release::broker()) {
  ServerSettings settings;
  settings.name = name;
  settings.release = release;
  settings.clustered = true;
  settings.monitored = true;
  return settings;
}

// A request made at one server is served at the other, and the answer comes back.
inline void check_request(const ServerProcess& here, const ServerProcess& there) {
  const std::string connect = R"({"verbose":false,"headers":true,"no_responders":true})";
  Wire service = Wire::client(there.port(), connect);
  service.send("SUB service." + there.name() + " workers 1");
  service.sync();
  Wire client = Wire::client(here.port(), connect);
  client.send("SUB inbox.* 1");
  client.sync();
  // Interest needs a moment to travel: until then the request has no responders.
  eventually("a request from " + here.name() + " reaches " + there.name(), [&] {
    client.send_raw("PUB service." + there.name() + " inbox.1 2\r\nhi\r\nPING\r\n");
    return client.line_with_any({"503", "PONG"}) == "PONG" || (client.line_with("PONG"), false);
  });
  service.line_with("MSG service." + there.name() + " 1 inbox.1 2");
  service.send_raw("PUB inbox.1 2\r\nho\r\n");
  client.line_with("MSG inbox.1 1 2");
}

// Of many messages published here every one is delivered once, to a member of the queue group on
// either server; both get some.
inline void check_queue_group(const ServerProcess& here, const ServerProcess& there) {
  constexpr int kMessages = 200;
  Wire mine = Wire::client(here.port());
  Wire theirs = Wire::client(there.port());
  Wire client = Wire::client(here.port());
  const std::string subject = "jobs." + here.name() + "." + there.name();
  mine.send("SUB " + subject + " workers 1");
  theirs.send("SUB " + subject + " workers 1");
  mine.sync();
  theirs.sync();
  // The other member is known here when it has had a first message.
  int of_theirs = 0;
  int sent = 0;
  eventually(there.name() + " takes part in the group", [&] {
    client.send_raw("PUB " + subject + " 1\r\nx\r\n");
    ++sent;
    client.sync();
    of_theirs = theirs.count_messages();
    return of_theirs > 0;
  });
  for (; sent < kMessages; ++sent)
    client.send_raw("PUB " + subject + " 1\r\nx\r\n");
  client.sync();
  int of_mine = 0;
  eventually("every message is delivered", [&] {
    of_mine += mine.count_messages();
    of_theirs += theirs.count_messages();
    return of_mine + of_theirs >= sent;
  });
  CHECK(of_mine + of_theirs == sent);
  CHECK(of_mine > 0);
}

// All servers know all others, and messages pass between any two, both ways.
inline void check_full_mesh(const std::vector<const ServerProcess*>& servers) {
  for (const auto* server : servers)
    wait_for_remotes(*server, static_cast<std::int64_t>(servers.size()) - 1);
  for (const auto* here : servers) {
    for (const auto* there : servers) {
      if (here == there) continue;
      CAPTURE(here->name());
      CAPTURE(there->name());
      check_request(*here, *there);
      check_queue_group(*here, *there);
    }
  }
}

}  // namespace support
