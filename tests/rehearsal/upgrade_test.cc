#include "exec/proc.h"
#include "tests/rehearsal/js_clients.h"
#include "tests/rehearsal/kills.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"
#include "watch/nats_connection.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <csignal>
#include <set>

#include <doctest/doctest.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

// An application: an ordinary libnats client that hears what it publishes itself.
class Application {
 public:
  explicit Application(const std::string& urls, const plan::Access& access = {}) {
    watch::ConnectSettings settings;
    for (std::size_t at = 0; at < urls.size();) {
      const auto end = std::min(urls.find(',', at), urls.size());
      settings.servers.push_back(urls.substr(at, end - at));
      at = end + 1;
    }
    settings.name = "application";
    settings.access = access;
    settings.events.closed = [this] { closed_ = true; };
    auto opened = watch::NatsConnection::open(settings);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().what));
    connection_ = *std::move(opened);
    REQUIRE(connection_->subscribe("orders.>", "", [this](const watch::Message&) { ++heard_; }));
  }

  ~Application() { connection_->close(); }

  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  bool closed() const { return closed_; }

  // Whether a message that it publishes now comes back.
  bool works() {
    const int before = heard_;
    support::eventually("the application hears itself", [&] {
      static_cast<void>(connection_->publish("orders.1", "hello"));
      static_cast<void>(connection_->flush(std::chrono::seconds(1)));
      return heard_ > before;
    });
    return true;
  }

 private:
  std::atomic<bool> closed_ = false;
  std::atomic<int> heard_ = 0;
  std::unique_ptr<watch::NatsConnection> connection_;
};

// Where programs started from here put what is temporary.
class OwnTemporaryFolder {
 public:
  explicit OwnTemporaryFolder(const Stage& stage) : folder_(stage.path("tmp")) {
    std::filesystem::create_directories(folder_);
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }

  ~OwnTemporaryFolder() { ::unsetenv("TMPDIR"); }

  OwnTemporaryFolder(const OwnTemporaryFolder&) = delete;
  OwnTemporaryFolder& operator=(const OwnTemporaryFolder&) = delete;

  bool is_empty() const { return std::filesystem::is_empty(folder_); }

 private:
  std::filesystem::path folder_;
};

constexpr const char* kTraffic = "probe: { rate: 50, subscribers: 2 }\n";

void check_upgraded(const Stage& stage, const Script& script) {
  rehearsal::check_each_upgraded(stage, script);
  CHECK_FALSE(std::filesystem::exists(stage.path("state/C")));
}

std::string ledger(const Stage& stage) {
  return stage.natsctl({"report"}).text;
}

}  // namespace

TEST_SUITE_BEGIN("rehearsal: upgrade");

TEST_CASE("the tutorial: two brokers that name each other, upgraded under traffic without a loss") {
  Script script;
  script.plan = kTraffic;
  Stage stage(script);
  stage.up();
  Application application(stage.urls());
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_upgraded(stage, script);
  CHECK(application.works());
  CHECK_FALSE(application.closed());
  const auto report = ledger(stage);
  CHECK(report.find("careful subscribers lost 0") != std::string::npos);
  CHECK(report.find(" 0 messages confirmed") == std::string::npos);
}

TEST_CASE("the tutorial's second form: A is the seed, the mesh comes from gossip") {
  Script script;
  script.routes = Script::Routes::seed;
  Stage stage(script);
  stage.up();
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_upgraded(stage, script);
}

TEST_CASE("an upgrade that is done is not done again") {
  Stage stage;
  stage.up();
  REQUIRE(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 0);
  const auto ids = stage.server_ids();
  const auto again = stage.natsctl({"upgrade", stage.plan()});
  CHECK(again.exit_code == 0);
  CHECK(again.has("already runs"));
  CHECK(stage.server_ids() == ids);
}

TEST_CASE(
    "three real servers, 2.9 to 2.10, while C and JavaScript clients stay and exchange messages") {
  Script script;
  script.members = {"A", "B", "D"};
  script.from = Release::real("2.9");
  script.to = Release::real("2.10");
  script.users =
      "authorization { users = [\n"
      "  { user: app, password: secret, permissions: { publish: \"orders.>\", subscribe: "
      "\"orders.>\" } }\n"
      "  { user: js, password: secret }\n"
      "  { user: probe, password: secret }\n] }";
  script.plan = std::string(kTraffic) + "access: { user: probe, password_file: password }\n";
  Stage stage(script);
  plan::Access access;
  access.user = "app";
  access.password.file = stage.file("password", "secret\n");
  stage.up();
  Application application(stage.urls(), access);
  constexpr int kClients = 6;
  rehearsal::JsClients js(stage.urls(), kClients, "js", "secret");
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_upgraded(stage, script);
  CHECK(application.works());
  CHECK_FALSE(application.closed());
  CHECK(js.count("closed") == 0);
  const auto total = js.finish();
  CHECK(total["answered"].integer() > total["sent"].integer() / 2);
  CHECK(total["received"].items().size() == kClients);
  for (std::size_t client = 1; client < total["received"].items().size(); ++client)
    CHECK(total["received"].items()[client].integer() > 0);
  const auto report = ledger(stage);
  CHECK(report.find("careful subscribers lost 0") != std::string::npos);
  CHECK(report.find(" 0 messages confirmed") == std::string::npos);
}

TEST_CASE("a bundled broker is the temporary server of a cluster of real servers") {
  Script script;
  script.from = Release::real("2.9");
  script.to = Release::real("2.10");
  script.temp_binary = Release::broker().binary;
  script.plan = kTraffic;
  Stage stage(script);
  stage.up();
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_upgraded(stage, script);
}

TEST_CASE("a rehearsal plays the same steps on its own servers, reports, and leaves nothing") {
  Stage stage;
  stage.up();
  const auto ids = stage.server_ids();
  const OwnTemporaryFolder temporary(stage);
  const auto junit = stage.path("rehearsal.xml");
  const auto said = stage.natsctl({"rehearse", stage.plan(), "--junit", junit});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  CHECK(said.has("careful subscribers lost 0"));
  CHECK(std::filesystem::exists(junit));
  CHECK(stage.server_ids() == ids);
  CHECK(temporary.is_empty());
}

TEST_CASE("a rehearsal that is interrupted leaves nothing either") {
  Stage stage;
  const OwnTemporaryFolder temporary(stage);
  auto running = stage.start_natsctl({"rehearse", stage.plan()});
  support::eventually("the rehearsal is under way", [&] { return !temporary.is_empty(); });
  running->signal(SIGINT);
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 130);
  CHECK(temporary.is_empty());
}

TEST_CASE("a rehearsal of servers that are not what the plan says leaves none of them running") {
  Stage stage;
  const OwnTemporaryFolder temporary(stage);
  stage.change_plan("cluster: demo", "cluster: other");
  const auto said = stage.natsctl({"rehearse", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code != 0);
  CHECK(said.has("it is in cluster 'demo', the plan says 'other'"));
  CHECK(temporary.is_empty());
  const auto folder = stage.path("").string();
  support::eventually("none of its servers is left", [&] {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const auto name = entry.path().filename().string();
      const int pid = std::isdigit(static_cast<unsigned char>(name.front())) ? std::stoi(name) : 0;
      if (pid == 0) continue;
      const auto command = exec::command_of(pid);
      if (!command.empty() && command.front().starts_with(folder)) return false;
    }
    return true;
  });
}

TEST_SUITE_END();
