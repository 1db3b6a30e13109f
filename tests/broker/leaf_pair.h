#pragma once

#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

// A small language for tests about leaf nodes.
namespace support {

// A server with a door for leaf nodes. `more`: further lines of its leafnodes block; `conf`: of its
// file.
inline ServerSettings hub_settings(const std::string& name,
                                   const Release& release,
                                   int leaf_port,
                                   const std::string& more = {},
                                   const std::string& conf = {}) {
  ServerSettings settings;
  settings.name = name;
  settings.release = release;
  settings.monitored = true;
  settings.conf =
      fmt::format("leafnodes {{ listen: \"127.0.0.1:{}\"\n{} }}\n{}\n", leaf_port, more, conf);
  return settings;
}

// A server that dials that door. `more`: further lines of its remote.
inline ServerSettings spoke_settings(const std::string& name,
                                     const Release& release,
                                     const std::vector<int>& leaf_ports,
                                     const std::string& more = {},
                                     const std::string& conf = {}) {
  std::string urls;
  for (const int port : leaf_ports)
    urls += (urls.empty() ? "\"" : ", \"") + fmt::format("nats-leaf://127.0.0.1:{}\"", port);
  ServerSettings settings;
  settings.name = name;
  settings.release = release;
  settings.monitored = true;
  settings.conf = fmt::format(
      "leafnodes {{ reconnect: 1, remotes: [ {{ urls: [{}]\n{} }} ] }}\n{}\n", urls, more, conf);
  return settings;
}

inline std::int64_t leafs(const ServerProcess& server) {
  return http_get(server.monitor_port(), "/varz").json()["leafnodes"].integer(-1);
}

inline void wait_for_leafs(const ServerProcess& server, std::int64_t count) {
  eventually(
      server.name() + " has " + std::to_string(count) + " leaf connections",
      [&] { return leafs(server) == count; },
      std::chrono::seconds(40));
}

// Publishes on `subject` until it arrives, since interest needs a moment to travel; the subscriber
// has then heard all of it.
inline void wait_for_interest(Wire& publisher, Wire& subscriber, const std::string& subject) {
  eventually("a message on " + subject + " arrives", [&] {
    publisher.send_raw("PUB " + subject + " 1\r\nx\r\n");
    publisher.sync();
    return subscriber.count_messages() > 0;
  });
  publisher.send_raw("PUB " + subject + " 5\r\nlast!\r\n");
  subscriber.line_with("last!");
}

// A message published at one server reaches a subscriber at the other once.
inline void check_message(const ServerProcess& from, const ServerProcess& to) {
  const std::string subject = "news." + from.name() + "." + to.name();
  Wire subscriber = Wire::client(to.port());
  Wire publisher = Wire::client(from.port());
  subscriber.send("SUB " + subject + " 1");
  subscriber.send("SUB done." + subject + " 2");
  subscriber.sync();
  wait_for_interest(publisher, subscriber, subject);
  publisher.send_raw("PUB " + subject + " 5\r\nhello\r\nPUB done." + subject + " 1\r\nx\r\n");
  publisher.sync();
  int came = 0;
  for (std::string line = subscriber.line_with("MSG"); line.find("done.") == std::string::npos;
       line = subscriber.line_with("MSG"))
    came += line == "MSG " + subject + " 1 5" ? 1 : 0;
  CHECK(came == 1);
}

}  // namespace support
