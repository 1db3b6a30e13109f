#include "exec/container_executor.h"

#include "base/files.h"
#include "base/text.h"
#include "tests/support/temp_dir.h"

#include <map>

#include <doctest/doctest.h>

namespace {

using base::ErrorCode;
using base::Json;

// An engine that has its answers ready, by the beginning of a question ("GET /version"; the longest
// counts), and writes down what it was asked.
class ReadyEngine final : public exec::Engine {
 public:
  std::map<std::string, base::Result<std::string>> answers;
  std::vector<std::string> asked;

  base::Result<std::string> ask(const exec::EngineRequest& request) override {
    const auto question = request.method + " " + request.path;
    asked.push_back(question);
    base::Result<std::string> answer = base::Error(ErrorCode::not_found, "no such " + question);
    std::size_t longest = 0;
    for (const auto& [beginning, ready] : answers) {
      if (!question.starts_with(beginning) || beginning.size() < longest) continue;
      longest = beginning.size();
      answer = ready;
    }
    return answer;
  }

  bool was_asked(const std::string& beginning) const {
    return std::any_of(asked.begin(), asked.end(), [&](const std::string& question) {
      return question.starts_with(beginning);
    });
  }
};

std::string recorded(const std::string& what) {
  return *base::read_file(PROJECT_ROOT "/tests/natsctl/data/docker/" + what + ".json");
}

// A container that runs, on an engine that has its image and no other.
struct Setting {
  support::TempDir folder;
  ReadyEngine* engine = new ReadyEngine;
  plan::Node node;
  std::unique_ptr<exec::ContainerExecutor> executor;
  plan::Release release{.version = "2.9.10", .binary = {}, .sha256 = {}};

  Setting() {
    node.name = "A";
    node.executor.type = "docker";
    node.executor.container = "shop-a";
    node.executor.dir = folder / "A";
    release.image = "nats:2.9.10";
    engine->answers.insert({
        {"GET /version", std::string(R"({"Os":"linux","Arch":"amd64","Version":"20.10.24"})")},
        {"GET /containers/shop-a/json", recorded("container")},
        {"GET /containers/json", std::string("[]")},
        {"GET /images/nats:2.9.10/json", recorded("image")},
        {"POST /containers/create", std::string(R"({"Id":"trial"})")},
        {"POST /containers/shop-a.natsctl-trial", std::string(R"({"StatusCode":0})")},
        {"GET /containers/shop-a.natsctl-trial", std::string("nats-server: v2.9.10\n")},
    });
    const auto id = (*Json::parse(recorded("image")))["Id"].text();
    engine->answers.insert({"GET /images/" + id + "/json", recorded("image")});
    executor =
        std::make_unique<exec::ContainerExecutor>(node, std::unique_ptr<exec::Engine>(engine));
  }

  void says(const std::string& question, base::Result<std::string> answer) {
    engine->answers.insert_or_assign(question, std::move(answer));
  }

  base::Error refusal() {
    const auto staged = executor->stage(release);
    REQUIRE_FALSE(staged);
    INFO(staged.error().what);
    CHECK(executor->facts()->releases.empty());
    return staged.error();
  }
};

bool has(const base::Error& error, const std::string& part) {
  INFO(error.what);
  const bool found = error.what.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

}  // namespace

TEST_SUITE("exec: images are staged") {
  TEST_CASE("one that is there, fits and says the right version") {
    Setting setting;
    const auto staged = setting.executor->stage(setting.release);
    REQUIRE_MESSAGE(staged, (staged ? "" : staged.error().what));
    CHECK(setting.executor->facts()->releases == std::vector<std::string>{"2.9.10"});
    CHECK_FALSE(setting.engine->was_asked("POST /images"));
    CHECK(setting.engine->was_asked("DELETE /containers/shop-a.natsctl-trial"));  // nothing stays
  }

  TEST_CASE("a plan without an image is told to name one") {
    Setting setting;
    setting.release.image.clear();
    CHECK(has(setting.refusal(), "release.image"));
  }

  TEST_CASE("one for another machine is refused, and never run") {
    Setting setting;
    auto image = *Json::parse(recorded("image"));
    image.set("Architecture", "arm64");
    setting.says("GET /images/nats:2.9.10/json", image.dump());
    CHECK(has(setting.refusal(), "is for linux/arm64, and the engine is linux/amd64"));
    CHECK_FALSE(setting.engine->was_asked("POST /containers/create"));
  }

  TEST_CASE("one whose program says another version is refused") {
    Setting setting;
    setting.release.version = "2.10.27";
    CHECK(has(setting.refusal(), "says 'nats-server: v2.9.10', the plan says 2.10.27"));
  }

  TEST_CASE("one with another id than the plan wants is refused") {
    Setting setting;
    setting.release.image_id.assign(64, '0');
    CHECK(has(setting.refusal(), "the plan wants sha256:000"));
  }

  TEST_CASE("one that is not there is pulled by its exact name, what the registry says is told") {
    for (const auto& [image, name] : std::map<std::string, std::string>{
             {"nats", "nats%3Alatest"},
             {"r.example:5000/nats", "r.example%3A5000%2Fnats%3Alatest"},
             {"nats:2.10", "nats%3A2.10"},
             {"nats@sha256:ab", "nats%40sha256%3Aab"}}) {
      CAPTURE(image);
      Setting setting;
      setting.release.image = image;
      setting.says(
          "POST /images/create",
          std::string("{\"status\":\"Pulling\"}\r\n{\"errorDetail\":{},\"error\":\"no such "
                      "manifest\"}\r\n"));
      const auto error = setting.refusal();
      CHECK(has(error, "no such manifest"));
      CHECK(has(error, "image_archive"));
      CHECK(setting.engine->was_asked("POST /images/create?fromImage=" + name));
    }
  }

  TEST_CASE("an archive is loaded instead, and must hold the image") {
    Setting setting;
    setting.release.image = "nats:9";
    setting.release.image_archive = setting.folder.file("nats.tar", "");
    setting.says("POST /images/load", std::string("{\"stream\":\"Loaded image: other:1\"}"));
    CHECK(has(setting.refusal(), "nats:9"));
    CHECK_FALSE(setting.engine->was_asked("POST /images/create"));
  }

  TEST_CASE("an engine that is away is told as such, and says nothing of the server") {
    Setting setting;
    const base::Error away(ErrorCode::refused, "no container engine answers");
    setting.says("GET /containers/shop-a/json", away);
    CHECK(has(setting.executor->facts().error(), "no container engine"));
    CHECK_FALSE(setting.executor->runs({1, 1}));
    CHECK_FALSE(setting.executor->start({}));
  }

  TEST_CASE("a container that is not there is named") {
    Setting setting;
    setting.engine->answers.erase("GET /containers/shop-a/json");
    const auto facts = setting.executor->facts();
    REQUIRE_FALSE(facts);
    CHECK(facts.error().code == ErrorCode::not_found);
    CHECK(has(facts.error(), "there is no container shop-a"));
  }
}
