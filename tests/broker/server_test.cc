#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <csignal>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

ServerSettings with_conf(const std::string& conf, std::vector<std::string> arguments = {}) {
  ServerSettings settings;
  settings.conf = conf;
  settings.arguments = std::move(arguments);
  return settings;
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

// The texts of a log, without pid and time.
std::string facts(const std::string& log) {
  std::string out;
  std::size_t begin = 0;
  while (begin < log.size()) {
    const auto end = std::min(log.find('\n', begin), log.size());
    const std::string line = log.substr(begin, end - begin);
    const auto level = line.find("[", 1);
    out += (level == std::string::npos ? line : line.substr(level)) + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace

TEST_SUITE("broker: server") {
  TEST_CASE("a server says who it is, serves, and ends with 0 on an interrupt") {
    ServerProcess server(ServerSettings{});
    Wire client = Wire::client(server.port());
    client.sync();
    CHECK(server.stop() == 0);
    CHECK(client.closed());
    const std::string log = facts(server.log());
    std::size_t at = 0;
    for (const char* line : {"[INF] Starting nats-server",
                             "[INF]   Version:  ",
                             "[INF]   Git:      [not set]",
                             "[INF]   Name:     A",
                             "[INF]   ID:       N",
                             "[INF] Listening for client connections on ",
                             "[INF] Server is ready",
                             "[INF] Initiating Shutdown...",
                             "[INF] Server Exiting.."}) {
      CAPTURE(line);
      const auto found = log.find(line, at);
      CHECK(found != std::string::npos);
      if (found != std::string::npos) at = found;
    }
  }

  TEST_CASE("both releases are one program with two versions") {
    CHECK(Release::broker().version != Release::broker_next().version);
    for (const Release& release : {Release::broker(), Release::broker_next()}) {
      ServerSettings settings;
      settings.release = release;
      ServerProcess server(std::move(settings));
      Wire client(server.port());
      CHECK(client.info()["version"].text() == release.version);
    }
  }

  TEST_CASE("SIGTERM ends a server with 1, as 2.10 does") {
    ServerProcess server(ServerSettings{});
    server.signal(SIGTERM);
    CHECK(server.wait_for_exit() == 1);
  }

  TEST_CASE("the pid file stays, the ports file goes") {
    const support::TempDir folder;
    const std::string pid_file = (folder / "a.pid").string();
    ServerProcess server(
        with_conf("", {"-P", pid_file, "--ports_file_dir", folder.path().string()}));
    std::ifstream in(pid_file);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    CHECK(text == std::to_string(server.pid()));

    struct stat mode {};

    REQUIRE(stat(pid_file.c_str(), &mode) == 0);
    CHECK((mode.st_mode & 0777) == 0600);

    const auto ports = folder / ("nats-broker_" + std::to_string(server.pid()) + ".ports");
    support::eventually("a ports file", [&] { return std::filesystem::exists(ports); });
    std::ifstream ports_in(ports);
    std::string json((std::istreambuf_iterator<char>(ports_in)), {});
    CHECK(json.find(":" + std::to_string(server.port()) + "\"") != std::string::npos);
    server.stop();
    CHECK(std::filesystem::exists(pid_file));
    CHECK_FALSE(std::filesystem::exists(ports));
  }

  TEST_CASE("who keeps a connection to the monitoring port does not keep a server from ending") {
    for (const Release& release : {Release::broker(), Release::real("2.10")}) {
      CAPTURE(release.binary.string());
      ServerSettings settings;
      settings.release = release;
      settings.monitored = true;
      ServerProcess server(std::move(settings));
      Wire client = Wire::client(server.port());
      client.sync();
      Wire poller(server.monitor_port());
      poller.send_raw("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
      poller.line_with("200 OK");
      const auto began = std::chrono::steady_clock::now();
      server.signal(SIGINT);
      CHECK(client.closed());
      CHECK(server.wait_for_exit() == 0);
      // Clients would reconnect late: the poller's connection lives for two seconds.
      CHECK(std::chrono::steady_clock::now() - began < std::chrono::milliseconds(1500));
    }
  }

  TEST_CASE("a server may be told to end before it has quite begun") {
    for (int i = 0; i < 20; ++i) {
      ServerSettings settings;
      settings.monitored = true;
      settings.may_fail = true;
      ServerProcess server(std::move(settings));
      support::eventually("the first word", [&] { return !server.log().empty(); });
      server.signal(SIGINT);
      CHECK(server.wait_for_exit() == 0);
    }
  }

  TEST_CASE("the ports file is named as the program was called") {
    for (Release release : {Release::broker(), Release::real("2.10")}) {
      const support::TempDir folder;
      const auto link = folder / "nats-link";
      std::filesystem::create_symlink(release.binary, link);
      release.binary = link;
      ServerSettings settings;
      settings.release = release;
      settings.arguments = {"--ports_file_dir", folder.path().string()};
      ServerProcess server(std::move(settings));
      const auto ports = folder / ("nats-link_" + std::to_string(server.pid()) + ".ports");
      support::eventually("a ports file", [&] { return std::filesystem::exists(ports); });
    }
  }

  TEST_CASE("a port that is taken ends the start with 1 and nats-server's words") {
    ServerProcess first(ServerSettings{});
    ServerSettings settings;
    settings.port = first.port();
    std::string log;
    try {
      ServerProcess second(
          std::move(settings));  // the first one's port answers, so it may seem ready
      CHECK(second.wait_for_exit() == 1);
      log = second.log();
    } catch (const std::exception& error) {
      log = error.what();
    }
    const std::string port = std::to_string(first.port());
    CHECK(log.find("[FTL] Error listening on port: 127.0.0.1:" + port +
                   ", \"listen tcp 127.0.0.1:" + port + ": bind: address already in use\"") !=
          std::string::npos);
    CHECK(log.find("Initiating Shutdown") == std::string::npos);
  }

  TEST_CASE("SIGUSR1 opens the log file anew after it was moved") {
    const support::TempDir folder;
    const auto log = folder / "server.log";
    ServerProcess server(with_conf("", {"-l", log.string()}));
    std::filesystem::rename(log, folder / "old.log");
    server.signal(SIGUSR1);
    support::eventually("a new log file", [&] { return std::filesystem::exists(log); });
  }

  TEST_CASE("a lame duck refuses newcomers, tells its clients, and sends them away") {
    ServerProcess server(with_conf("lame_duck_duration: '30s'\nlame_duck_grace_period: '1s'\n"));
    Wire one = Wire::client(server.port(), R"({"verbose":false,"protocol":1})");
    Wire two = Wire::client(server.port(), R"({"verbose":false,"protocol":1})");
    one.sync();
    two.sync();
    server.signal(SIGUSR2);
    const base::Json info = one.info();
    CHECK(info["ldm"].boolean());
    CHECK(info.find("connect_urls") == nullptr);
    CHECK_THROWS(Wire(server.port()).info());
    one.sync();              // still served during the grace period
    server.signal(SIGTERM);  // ignored from here on
    server.signal(SIGUSR2);  // and a second one too
    CHECK(one.closed());
    CHECK(two.closed());
    CHECK(server.wait_for_exit() == 0);
    const std::string log = facts(server.log());
    CHECK(log.find("[INF] Entering lame duck mode, stop accepting new clients") !=
          std::string::npos);
    CHECK(log.find("[INF] Closing existing clients") != std::string::npos);
  }

  TEST_CASE("a lame duck without clients ends at once") {
    ServerProcess server(ServerSettings{});
    server.signal(SIGUSR2);
    CHECK(server.wait_for_exit(std::chrono::seconds(5)) == 0);
  }

  TEST_CASE("an interrupt ends a lame duck at once") {
    ServerProcess server(ServerSettings{});
    Wire client = Wire::client(server.port());
    client.sync();
    server.signal(SIGUSR2);
    server.wait_for_log("Entering lame duck mode");
    server.signal(SIGINT);
    CHECK(server.wait_for_exit(std::chrono::seconds(5)) == 0);
  }
}

TEST_SUITE("broker: reload of a running server") {
  TEST_CASE("new users are let in, old ones are sent away, the others stay") {
    const std::string before =
        "authorization { users: [{user: a, password: 1a}, {user: b, password: 2b}] }\n";
    ServerProcess server(with_conf(before));
    Wire a = Wire::client(server.port(), R"({"verbose":false,"user":"a","pass":"1a"})");
    Wire b = Wire::client(server.port(), R"({"verbose":false,"user":"b","pass":"2b"})");
    a.sync();
    b.sync();
    write_text(server.conf_file(),
               "authorization { users: [{user: a, password: 1a}, {user: c, password: 3c}] }\n");
    server.signal(SIGHUP);
    server.wait_for_log("Reloaded server configuration");
    CHECK(b.line_with("-ERR").find("Authorization Violation") != std::string::npos);
    CHECK(b.closed());
    a.sync();
    Wire c = Wire::client(server.port(), R"({"verbose":false,"user":"c","pass":"3c"})");
    c.sync();
  }

  TEST_CASE("a wrong file changes nothing") {
    ServerProcess server(with_conf("max_payload: 2048\n"));
    write_text(server.conf_file(), "max_payload: 10\nfoo: 1\n");
    server.signal(SIGHUP);
    server.wait_for_log("Failed to reload server configuration: ");
    CHECK(server.log().find("unknown field \"foo\"") != std::string::npos);
    Wire client(server.port());
    CHECK(client.info()["max_payload"].integer() == 2048);
  }

  TEST_CASE("a smaller max_payload holds at once for those who are here") {
    ServerProcess server(with_conf("max_payload: 2048\n"));
    Wire client = Wire::client(server.port(), R"({"verbose":false,"protocol":1})");
    client.sync();
    write_text(server.conf_file(), "max_payload: 4\n");
    server.signal(SIGHUP);
    server.wait_for_log("Reloaded: max_payload = 4");
    client.sync();
    client.send("PUB a 5\r\nhello");
    CHECK(client.line_with("-ERR") == "-ERR 'Maximum Payload Violation'");
    CHECK(client.closed());
  }

  TEST_CASE("fewer connections: some have to go") {
    ServerProcess server(with_conf("max_connections: 10\n"));
    std::vector<Wire> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(Wire::client(server.port()));
      clients.back().sync();
    }
    write_text(server.conf_file(), "max_connections: 1\n");
    server.signal(SIGHUP);
    server.wait_for_log("Reloaded server configuration");
    int left = 0;
    for (Wire& client : clients) {
      client.send("PING");
      const auto line = client.next();
      if (line == "PONG") ++left;
    }
    CHECK(left == 1);
  }

  TEST_CASE("without a file there is nothing to reload") {
    ServerProcess server(ServerSettings{});
    server.signal(SIGHUP);
    server.wait_for_log("can only reload config when a file is provided using -c or --config");
  }
}
