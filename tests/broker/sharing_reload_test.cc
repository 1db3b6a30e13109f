// What accounts share and map changes while their clients are connected: on our broker as on a real
// server.
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <csignal>
#include <fstream>

#include <doctest/doctest.h>

using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

std::string conf(const std::string& of_a, const std::string& of_b) {
  // A real server forgets its -n when it reads the file again.
  return "server_name: A\naccounts {\n  A: { users: [ { user: ann, password: a } ]\n" + of_a +
         " }\n  B: { users: [ { user: ben, password: b } ]\n" + of_b + " }\n}\n";
}

// A server whose accounts share otherwise from one moment to the next.
class Changing {
 public:
  Changing(const Release& release, const std::string& text) : server_(settings(release, text)) {}

  Wire client(const std::string& user, const std::string& password) const {
    return Wire::client(
        server_.port(),
        "{\"verbose\":false,\"user\":\"" + user + "\",\"pass\":\"" + password + "\"}");
  }

  void change(const std::string& text) {
    {
      std::ofstream file(server_.conf_file());
      file << text;
    }
    server_.signal(SIGHUP);
    server_.wait_for_log("Reloaded server configuration", ++reloads_);
  }

 private:
  static ServerSettings settings(const Release& release, const std::string& text) {
    ServerSettings result;
    result.release = release;
    result.conf = text;
    return result;
  }

  ServerProcess server_;
  int reloads_ = 0;
};

void publish(Wire& client, const std::string& subject, const std::string& payload) {
  client.send_raw("PUB " + subject + " " + std::to_string(payload.size()) + "\r\n" + payload +
                  "\r\n");
}

void check_streams(const Release& release) {
  Changing server(release, conf("", ""));
  Wire ann = server.client("ann", "a");
  Wire ben = server.client("ben", "b");
  ben.send("SUB > 1");
  ben.sync();
  publish(ann, "st.x", "0");
  ann.sync();
  server.change(conf("exports: [ { stream: \"st.>\" } ]",
                     "imports: [ { stream: { account: A, subject: \"st.>\" }, prefix: p } ]"));
  publish(ann, "st.x", "1");
  CHECK(ben.line_with("MSG ") == "MSG p.st.x 1 1");
  CHECK(ben.line() == "1");
  server.change(conf("exports: [ { stream: \"st.>\" } ]",
                     "imports: [ { stream: { account: A, subject: st.x }, to: other } ]"));
  publish(ann, "st.x", "2");
  CHECK(ben.line_with("MSG ") == "MSG other 1 1");
  CHECK(ben.line() == "2");
  server.change(conf("", ""));
  publish(ann, "st.x", "3");
  ann.sync();
  CHECK(ben.count_messages() == 0);
}

void check_services(const Release& release) {
  Changing server(release, conf("", ""));
  Wire ann = server.client("ann", "a");
  ann.send("SUB svc 1");
  ann.sync();
  Wire ben = server.client("ben", "b");
  publish(ben, "svc", "0");
  ben.sync();
  CHECK(ann.count_messages() == 0);
  server.change(conf("exports: [ { service: svc } ]",
                     "imports: [ { service: { account: A, subject: svc }, to: mine } ]"));
  publish(ben, "mine", "1");
  CHECK(ann.line_with("MSG ") == "MSG svc 1 1");
  CHECK(ann.line() == "1");
  server.change(conf("", ""));
  publish(ben, "mine", "2");
  ben.sync();
  CHECK(ann.count_messages() == 0);
}

void check_mappings(const Release& release) {
  Changing server(release, conf("", ""));
  Wire ann = server.client("ann", "a");
  ann.send("SUB > 1");
  ann.sync();
  server.change(conf("mappings: { \"old.*\": \"new.$1\" }", ""));
  // A real server looks for mappings when it begins to read: the next read has them.
  ann.sync();
  publish(ann, "old.x", "1");
  CHECK(ann.line_with("MSG ") == "MSG new.x 1 1");
  CHECK(ann.line() == "1");
  server.change(conf("", ""));
  ann.sync();
  publish(ann, "old.x", "2");
  CHECK(ann.line_with("MSG ") == "MSG old.x 1 1");
}

void on_both(void (*check)(const Release&)) {
  for (const Release& release : {Release::broker(), Release::real("2.10")}) {
    CAPTURE(release.binary.string());
    check(release);
  }
}

}  // namespace

TEST_SUITE("broker: sharing reloaded") {
  TEST_CASE("who is subscribed follows the streams that come and go") {
    on_both(check_streams);
  }
  TEST_CASE("services come and go") {
    on_both(check_services);
  }
  TEST_CASE("subjects of connected clients are mapped from then on") {
    on_both(check_mappings);
  }
}
