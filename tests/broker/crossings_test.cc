#include "broker/accounts/account.h"
#include "broker/protocol/headers.h"
#include "tests/broker/session_host.h"

#include <doctest/doctest.h>

using broker::AwaitedAnswers;
using broker::Crossing;
using broker::ResponseType;
using broker::Subscription;

namespace {

constexpr base::Time kNow{};

// B asks for "my.service", which is "service" in A.
broker::SubscriptionPtr import_service(SessionHost& host, ResponseType response) {
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = "my.service";
  subscription->kind = Subscription::Kind::hidden;
  subscription->crossing =
      std::make_shared<const Crossing>(Crossing{.from = &host.accounts().add("B"),
                                                .to = &host.accounts().add("A"),
                                                .subject = "service",
                                                .response = response});
  host.exchange().subscribe(host.accounts().add("B"), subscription);
  return subscription;
}

broker::AuthRules two_accounts() {
  broker::AuthRules rules;
  rules.users = {{.name = "ann", .password = "a", .account = "A"},
                 {.name = "ben", .password = "b", .account = "B"}};
  return rules;
}

support::Wire connect(SessionHost& host, const std::string& user, const std::string& password) {
  return host.connect("{\"verbose\":false,\"headers\":true,\"no_responders\":true,\"user\":\"" +
                      user + "\",\"pass\":\"" + password + "\"}");
}

std::string reply_in(const std::string& line) {
  const auto at = line.find("_R_.");
  return line.substr(at, line.find(' ', at) - at);
}

}  // namespace

TEST_SUITE("broker: crossings") {
  TEST_CASE("a request finds its way into another account, and the answer back") {
    SessionHost host({}, 2, two_accounts());
    import_service(host, ResponseType::single);
    auto service = connect(host, "ann", "a");
    service.send("SUB service 1");
    service.sync();
    auto client = connect(host, "ben", "b");
    client.send("SUB inbox 1");
    client.send_raw("PUB my.service inbox 2\r\nhi\r\n");
    const std::string reply = reply_in(service.line_with("HMSG service 1 _R_."));
    service.line_with("Nats-Request-Info: {\"acc\":\"B\"");
    service.line_with("hi");
    service.send_raw("PUB " + reply + " 2\r\nho\r\nPUB " + reply + " 3\r\nho!\r\n");
    client.line_with("MSG inbox 1 2");
    CHECK(client.line() == "ho");
    service.sync();
    CHECK(client.count_messages() == 0);  // one answer was owed
  }

  TEST_CASE("a service that is not there has no responders") {
    SessionHost host({}, 2, two_accounts());
    import_service(host, ResponseType::single);
    auto client = connect(host, "ben", "b");
    client.send("SUB inbox 1");
    client.send_raw("PUB my.service inbox 2\r\nhi\r\n");
    client.line_with("HMSG inbox 1 16 16");
  }

  TEST_CASE("a stream of answers ends with an empty one") {
    AwaitedAnswers answers;
    const std::string subject =
        answers.expect({.reply = "inbox", .response = ResponseType::stream}, kNow);
    CHECK(answers.take(subject, false, kNow)->reply == "inbox");
    CHECK(answers.take(subject, false, kNow));
    CHECK(answers.take(subject, true, kNow));
    CHECK_FALSE(answers.take(subject, false, kNow));
  }

  TEST_CASE("an answer that comes too late is owed to nobody") {
    AwaitedAnswers answers;
    const std::string subject = answers.expect({.reply = "inbox"}, kNow);
    CHECK_FALSE(answers.take(subject, false, kNow + broker::kResponseThreshold * 2));
  }

  TEST_CASE("a header is added, or takes the place of one of its name") {
    using broker::find_header;
    using broker::with_header;
    const auto fresh = with_header("hi", 0, "A", "1");
    CHECK(fresh.bytes == "NATS/1.0\r\nA: 1\r\n\r\nhi");
    CHECK(fresh.header_bytes == fresh.bytes.size() - 2);
    const auto more = with_header(fresh.bytes, fresh.header_bytes, "B", "2");
    CHECK(more.bytes == "NATS/1.0\r\nA: 1\r\nB: 2\r\n\r\nhi");
    const auto other = with_header(more.bytes, more.header_bytes, "A", "3");
    CHECK(other.bytes == "NATS/1.0\r\nB: 2\r\nA: 3\r\n\r\nhi");
    CHECK(find_header(other.bytes, "A") == "3");
    CHECK(find_header(other.bytes, "C").empty());
  }
}
