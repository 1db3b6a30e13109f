// ContainerExecutor's verbs about images: what is staged, and what its program says.
#include "base/text.h"
#include "exec/container_executor.h"
#include "exec/host_facts.h"
#include "exec/version_line.h"

#include <cerrno>
#include <csignal>

#include <fmt/core.h>
#include <unistd.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr base::nanoseconds kFetchPatience =
    std::chrono::minutes(10);  // an image of 20 MiB over a slow line
constexpr base::nanoseconds kTrialPatience = std::chrono::seconds(30);
constexpr std::string_view kTrial = ".natsctl-trial-";

std::string image_path(const std::string& name) {
  // A name's slashes are part of the path: library/nats.
  return "/images/" + name + "/json";
}

// A tag, or a digest: an engine that gets neither pulls all that there is.
std::string exact(const std::string& image) {
  const auto last = image.rfind('/');
  const auto tag = image.find_first_of(":@", last == std::string::npos ? 0 : last);
  return tag == std::string::npos ? image + ":latest" : image;
}

// The engine tells of its progress line by line, and of a failure among them.
std::string failure_in(const std::string& progress) {
  for (const auto& line : base::split(progress, '\n')) {
    const auto json = Json::parse(base::trim(line));
    if (json && (*json)["error"].is_text()) return (*json)["error"].text();
  }
  return {};
}

}  // namespace

Result<Json> ContainerExecutor::image(const std::string& name) {
  return engine_->get(image_path(name));
}

Result<void> ContainerExecutor::fetch(const plan::Release& release) {
  EngineRequest request{.method = "POST", .patience = kFetchPatience};
  if (release.image_archive.empty()) {
    request.path = "/images/create?fromImage=" + url_word(exact(release.image));
  } else {
    request.path = "/images/load";
    request.file = release.image_archive;
    request.type = "application/x-tar";
  }
  const auto from =
      release.image_archive.empty() ? std::string("its registry") : release.image_archive.string();
  const auto told = engine_->ask(request);
  if (!told) return Error(told.error()).in(fmt::format("{} from {}", release.image, from));
  const auto failure = failure_in(*told);
  if (failure.empty()) return {};
  return Error(ErrorCode::not_found,
               fmt::format("{} from {}: {} (pull it by hand, or name a file of `{} save` in "
                           "release.image_archive)",
                           release.image,
                           from,
                           failure,
                           node_.executor.type));
}

Result<std::vector<Concern>> ContainerExecutor::objections(const Json& told,
                                                           const plan::Release& release) {
  std::vector<Concern> concerns;
  const auto id = image_id(told["Id"].text());
  if (!release.image_id.empty() && id != "sha256:" + release.image_id) {
    concerns.push_back(
        {fmt::format("{} is {}, the plan wants sha256:{}", release.image, id, release.image_id),
         "this is not the image that was meant"});
  }
  const auto engine = TRY(engine_->get("/version"));
  const auto own = engine["Os"].text() + "/" + go_arch(engine["Arch"].text());
  const auto its = told["Os"].text() + "/" + go_arch(told["Architecture"].text());
  if (own != its) {
    concerns.push_back({fmt::format("{} is for {}, and the engine is {}", release.image, its, own),
                        "name an image for this machine"});
    return concerns;
  }
  const auto said = try_image({{id, "-v"}, kTrialPatience}, nullptr);
  const auto version = said ? version_in(said->output) : std::string();
  if (version == release.version) return concerns;
  concerns.push_back({said ? fmt::format("{} says '{}', the plan says {}",
                                         release.image,
                                         base::trim(said->output).substr(0, 100),
                                         release.version)
                           : fmt::format("{} does not run: {}", release.image, said.error().what),
                      "correct release.version or release.image"});
  return concerns;
}

Result<std::vector<Concern>> ContainerExecutor::audit_release(const plan::Release& release) {
  const auto told = image(release.image);
  if (told) return objections(*told, release);
  if (told.error().code != ErrorCode::not_found) return told.error();
  return std::vector<Concern>{{fmt::format("{} is not at its engine yet", release.image),
                               "it is fetched when the run begins, before any server is touched",
                               false}};
}

Result<void> ContainerExecutor::stage(const plan::Release& release) {
  if (release.image.empty()) {
    return Error(ErrorCode::invalid,
                 "a container runs an image, and the plan names none: add release.image");
  }
  auto told = image(release.image);
  if (!told && told.error().code == ErrorCode::not_found) {
    TRY(fetch(release));
    told = image(release.image);
  }
  if (!told) return Error(told.error()).in(release.image);
  const ContainerRecord::Staged staged{image_id((*told)["Id"].text()), release.image};
  auto record = TRY(read_container_record(dir_));
  const auto there = record.releases.find(release.version);
  const bool same = there != record.releases.end() && there->second.id == staged.id;
  const bool demanded = release.image_id.empty() || staged.id == "sha256:" + release.image_id;
  if (same && demanded && there->second == staged) return {};
  if (!same && there != record.releases.end() && record.active == release.version) {
    return Error(ErrorCode::refused,
                 fmt::format("release {} is active already and is another image ({}) than {} ({})",
                             release.version,
                             short_id(there->second.id),
                             release.image,
                             short_id(staged.id)));
  }
  const auto concerns = TRY(objections(*told, release));
  if (!concerns.empty())
    return Error(ErrorCode::refused, concerns.front().what + " (" + concerns.front().hint + ")");
  record.releases[release.version] = staged;
  return write_container_record(dir_, record);
}

Result<plan::fs::path> ContainerExecutor::program(const std::string& version) {
  const auto record = TRY(read_container_record(dir_));
  const auto staged = record.releases.find(version);
  if (staged == record.releases.end() || !image(staged->second.id)) {
    return Error(ErrorCode::not_found,
                 fmt::format("{}: release {} is not staged", dir_.string(), version));
  }
  return plan::fs::path(staged->second.id);
}

Result<Outcome> ContainerExecutor::run(const Command& command) {
  if (command.argv.empty() || !command.argv.front().starts_with("sha256:"))
    return run_command(command);
  const auto model = TRY(container());
  return try_image(command, &model);
}

// Trials of a natsctl that was killed: each has the number of its process in its name.
Result<void> ContainerExecutor::remove_abandoned_trials() {
  const auto all = TRY(engine_->get("/containers/json?all=1"));
  for (const auto& container : all.items()) {
    for (const auto& name : container["Names"].texts()) {
      const auto at = name.find(name_ + std::string(kTrial));
      if (at == std::string::npos) continue;
      const auto pid = base::parse_int(name.substr(at + name_.size() + kTrial.size()));
      const bool gone = pid && ::kill(static_cast<pid_t>(*pid), 0) != 0 && errno == ESRCH;
      if (gone) TRY(engine_->remove("/containers/" + container["Id"].text() + "?force=1"));
    }
  }
  return {};
}

Result<Outcome> ContainerExecutor::try_image(const Command& command, const Container* model) {
  TRY(remove_abandoned_trials());
  const auto own = TRY(image(command.argv.front()));
  const std::vector<std::string> args(std::next(command.argv.begin()), command.argv.end());
  const auto name = fmt::format("{}{}{}", name_, kTrial, ::getpid());
  const auto path = "/containers/" + url_word(name);
  TRY(engine_->remove(path + "?force=1"));
  TRY(engine_->post("/containers/create?name=" + url_word(name), trial(model, own, args)));
  auto ended = [&]() -> Result<Outcome> {
    TRY(engine_->post(path + "/start"));
    const auto told =
        TRY(engine_->ask({.method = "POST", .path = path + "/wait", .patience = command.timeout}));
    const auto status = Json::parse(told);
    if (!status) return status.error();
    const auto said = TRY(engine_->ask({.path = path + "/logs?stdout=1&stderr=1"}));
    return Outcome{.status = static_cast<int>((*status)["StatusCode"].integer()),
                   .output = text_of_logs(said)};
  }();
  const auto removed = engine_->remove(path + "?force=1");
  if (ended && !removed) return removed.error();
  return ended;
}

}  // namespace exec
