// Services of other accounts, in conversations whose reply subjects a transcript cannot know: the
// same on our broker and on a real server, alone and in one mesh.
#include "base/json.h"
#include "tests/broker/json_shape.h"
#include "tests/broker/mesh.h"

#include <doctest/doctest.h>

using base::Json;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

constexpr char kAccounts[] = R"(
accounts {
  A: { users: [ { user: ann, password: a } ]
       exports: [ { service: one, latency: times, threshold: 30s }
                  { service: many, response_type: stream }
                  { service: short, threshold: 200ms }
                  { stream: "st.>" } ] }
  B: { users: [ { user: ben, password: b } ]
       imports: [ { service: { account: A, subject: one } }
                  { service: { account: A, subject: many }, share: true }
                  { service: { account: A, subject: short } }
                  { stream: { account: A, subject: "st.>" }, prefix: p } ] }
}
)";

constexpr char kServer[] =
    R"({"verbose":false,"user":"ann","pass":"a","headers":true,"name":"serves","lang":"c","version":"3.4.1"})";
constexpr char kClient[] = R"({"verbose":false,"user":"ben","pass":"b","name":"asks"})";

ServerSettings settings(const Release& release) {
  ServerSettings result;
  result.release = release;
  result.conf = kAccounts;
  return result;
}

// The reply subject of the next message on `subject`.
std::string next_reply(Wire& service, const std::string& subject) {
  const std::string line = service.line_with("MSG " + subject + " ");
  const auto at = line.find("_R_.");
  REQUIRE(at != std::string::npos);
  return line.substr(at, line.find(' ', at) - at);
}

void answer(Wire& service, const std::string& to, const std::string& payload) {
  service.send_raw("PUB " + to + " " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n");
}

// Somebody who serves and somebody who asks.
struct Pair {
  explicit Pair(const ServerProcess& server) : Pair(server, server) {}

  Pair(const ServerProcess& serves, const ServerProcess& asks)
      : service(Wire::client(serves.port(), kServer)), client(Wire::client(asks.port(), kClient)) {
    for (const char* subject : {"one", "many", "short", "times"})
      service.send(std::string("SUB ") + subject + " of-" + subject);
    service.sync();
    client.send("SUB inbox.* 9");
    client.sync();
  }

  void ask(const std::string& subject) {
    client.send_raw("PUB " + subject + " inbox.1 2\r\nhi\r\n");
  }

  Json measured() {
    service.line_with("MSG times of-times");
    const auto json = Json::parse(service.line());
    REQUIRE(json);
    return *json;
  }

  Wire service;
  Wire client;
};

void check_single(const ServerProcess& server) {
  Pair pair(server);
  pair.ask("one");
  const std::string reply = next_reply(pair.service, "one");
  answer(pair.service, reply, "1");
  answer(pair.service, reply, "2");
  CHECK(pair.client.line_with("MSG inbox.1") == "MSG inbox.1 9 1");
  CHECK(pair.client.line() == "1");
  pair.service.sync();
  CHECK(pair.client.count_messages() == 0);
}

void check_stream(const ServerProcess& server) {
  Pair pair(server);
  pair.ask("many");
  const std::string reply = next_reply(pair.service, "many");
  for (const char* payload : {"1", "2", "", "3"})
    answer(pair.service, reply, payload);
  pair.service.sync();
  CHECK(pair.client.count_messages() == 3);  // the empty one ends it
}

void check_reply_to_reply(const ServerProcess& server) {
  Pair pair(server);
  pair.service.send("SUB more.* 2");
  pair.ask("one");
  const std::string reply = next_reply(pair.service, "one");
  pair.service.send_raw("PUB " + reply + " more.1 1\r\n?\r\n");
  const std::string line = pair.client.line_with("MSG inbox.1 9 ");
  const auto at = line.find("_R_.");
  REQUIRE(at != std::string::npos);
  pair.client.line();
  answer(pair.client, line.substr(at, line.find(' ', at) - at), "!");
  CHECK(pair.service.line_with("MSG more.1") == "MSG more.1 2 1");
}

void check_threshold(const ServerProcess& server) {
  Pair pair(server);
  pair.ask("short");
  const std::string reply = next_reply(pair.service, "short");
  const auto asked = std::chrono::steady_clock::now();
  support::eventually("more than twice the threshold has passed", [&] {
    return std::chrono::steady_clock::now() - asked > std::chrono::milliseconds(600);
  });
  answer(pair.service, reply, "late");
  pair.service.sync();
  CHECK(pair.client.count_messages() == 0);
}

Json measured_once(const ServerProcess& serves, const ServerProcess& asks) {
  Pair pair(serves, asks);
  // Interest travels; until it has, a request reaches nobody.
  std::string reply;
  support::eventually("a request arrives", [&] {
    pair.ask("one");
    pair.client.sync();
    pair.service.send("PING");
    const std::string line = pair.service.line_with_any({"MSG one", "PONG"});
    if (line == "PONG") return false;
    const auto at = line.find("_R_.");
    reply = line.substr(at, line.find(' ', at) - at);
    return true;
  });
  answer(pair.service, reply, "1");
  pair.client.line_with("MSG inbox.1");
  while (true) {
    Json message = pair.measured();
    if (message["status"].integer() == 200) return message;
  }
}

void on_both(void (*check)(const ServerProcess&)) {
  for (const Release& release : {Release::broker(), Release::real("2.10")}) {
    CAPTURE(release.version);
    const ServerProcess server(settings(release));
    check(server);
  }
}

ServerSettings in_mesh(const std::string& name, const Release& release, std::vector<int> routes) {
  ServerSettings result = support::member(name, release);
  result.cluster_name = "X";
  result.routes = std::move(routes);
  result.conf = kAccounts;
  return result;
}

// A stream and a service across two servers, both ways.
void check_across(const ServerProcess& serves, const ServerProcess& asks) {
  Pair pair(serves, asks);
  pair.client.send("SUB p.st.* 4");
  pair.client.sync();
  support::eventually("a stream crosses", [&] {
    pair.service.send_raw("PUB st.x 2\r\nhi\r\n");
    pair.service.sync();
    return pair.client.count_messages() > 0;
  });
  const Json message = measured_once(serves, asks);
  CHECK(message["requestor"]["acc"].text() == "B");
  CHECK(message["responder"]["name"].text() == "serves");
  CHECK(message["responder"]["server"].text() == serves.name());
  CHECK(message["total"].integer() > 0);
}

}  // namespace

TEST_SUITE("broker: service imports") {
  TEST_CASE("a single answer is one") {
    on_both(check_single);
  }
  TEST_CASE("a stream of answers ends with an empty one, on every server") {
    on_both(check_stream);
  }
  TEST_CASE("an answer may ask back") {
    on_both(check_reply_to_reply);
  }
  TEST_CASE("an answer that comes after the threshold goes nowhere") {
    on_both(check_threshold);
  }

  TEST_CASE("a measurement has the fields and kinds of nats-server 2.10") {
    const ServerProcess ours(settings(Release::broker()));
    const ServerProcess theirs(settings(Release::real("2.10")));
    CHECK(support::difference(measured_once(ours, ours), measured_once(theirs, theirs)) == "");
  }

  TEST_CASE("accounts share across a mesh of us and each release, both ways") {
    for (const char* line : {"2.9", "2.10", "newest"}) {
      CAPTURE(line);
      const ServerProcess ours(in_mesh("A", Release::broker(), {}));
      const ServerProcess theirs(in_mesh("B", Release::real(line), {ours.cluster_port()}));
      support::wait_for_remotes(ours, 1);
      support::wait_for_remotes(theirs, 1);
      check_across(ours, theirs);
      check_across(theirs, ours);
    }
  }
}
