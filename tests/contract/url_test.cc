#include "contract/url.h"

#include <doctest/doctest.h>

using contract::HostPort;
using contract::Url;

TEST_SUITE("contract: url") {
  TEST_CASE("an address names a host and a port") {
    CHECK(HostPort::parse("127.0.0.1:4222")->text() == "127.0.0.1:4222");
    CHECK(HostPort::parse("[::1]:4222")->host == "::1");
    CHECK(HostPort::parse("[::1]:4222")->text() == "[::1]:4222");
    CHECK(HostPort::parse("example.net", 4222)->port == 4222);
    CHECK(HostPort::parse("[::1]", 4222)->text() == "[::1]:4222");
    CHECK(HostPort::parse(":4222")->host.empty());
    CHECK(HostPort::parse("example.net:-1", 4222)->port == 4222);
  }

  TEST_CASE("a wrong address is refused") {
    for (const char* text : {"host:abc", "host:70000", "a:b:1", "[::1", "[::1]4222", "host:"}) {
      CAPTURE(text);
      CHECK_FALSE(HostPort::parse(text));
    }
  }

  TEST_CASE("a server's url comes with or without scheme, user and port") {
    const Url full = *Url::parse("nats-route://bob:s3cret@b.example.net:6222/");
    CHECK(full.scheme == "nats-route");
    CHECK(full.user == "bob");
    CHECK(full.password == "s3cret");
    CHECK(full.address().text() == "b.example.net:6222");
    CHECK(Url::parse("localhost:6222")->text() == "nats://localhost:6222");
    CHECK(Url::parse("nats://localhost")->port == 0);
    CHECK(Url::parse(" nats://[::1]:6222 ")->host == "::1");
    CHECK(Url::parse("nats://t0ken@h:1")->user == "t0ken");
    CHECK_FALSE(Url::parse("nats://t0ken@h:1")->has_password);
  }

  TEST_CASE("an url for people shows no password") {
    const Url url = *Url::parse("nats://bob:s3cret@h:6222");
    CHECK(url.redacted() == "nats://bob:xxxxx@h:6222");
    CHECK(url.text() == "nats://bob:s3cret@h:6222");
  }

  TEST_CASE("signs that would break an url survive a round trip") {
    Url url = *Url::parse("nats://h:1");
    url.has_user = url.has_password = true;
    url.user = "a@b:c";
    url.password = "p/w%?#\xc3\xa4";
    const Url again = *Url::parse(url.text());
    CHECK(again == url);
  }

  TEST_CASE("what is no url is refused") {
    for (const char* text : {"", "nats://", "nats://u:%zz@h:1", "nats://h:abc", "nats://u%4@h"}) {
      CAPTURE(text);
      CHECK_FALSE(Url::parse(text));
    }
  }
}
