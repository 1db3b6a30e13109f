// KubernetesExecutor's verbs about images: what can be had where the Pod runs, and what its program
// says.
#include "base/text.h"
#include "exec/kubernetes_executor.h"
#include "exec/trial_pod.h"
#include "exec/version_line.h"

#include <thread>

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
constexpr base::nanoseconds kTrialPatience = std::chrono::seconds(20);  // the kubelet tries again
constexpr base::nanoseconds kTrialLook = std::chrono::milliseconds(300);

}  // namespace

Result<std::vector<Concern>> KubernetesExecutor::audit_release(const plan::Release& release) {
  const auto seen = TRY(set());
  const auto record = TRY(read_record(seen, pod_));
  const auto staged = record.releases.find(release.version);
  if (staged != record.releases.end() && staged->second == release.image)
    return std::vector<Concern>();
  return std::vector<Concern>{
      {fmt::format("{} is tried where the Pod runs once the run begins", release.image),
       "nothing to do: that is before any server is touched",
       false}};
}

Result<void> KubernetesExecutor::stage(const plan::Release& release) {
  if (release.image.empty()) {
    return Error(ErrorCode::invalid,
                 "a Pod runs an image, and the plan names none: add release.image");
  }
  const auto seen = TRY(set());
  const auto record = TRY(read_record(seen, pod_));
  const auto there = record.releases.find(release.version);
  const bool same = there != record.releases.end() && there->second == release.image;
  if (same && release.image_id.empty()) return {};
  if (!same && there != record.releases.end() && record.active == release.version) {
    return Error(ErrorCode::refused,
                 fmt::format("release {} is active already and is {}, not {}",
                             release.version,
                             there->second,
                             release.image));
  }
  const auto tried = try_image(release.image, {"-v"}, kFetchPatience);
  if (!tried) {
    return Error(
        ErrorCode::refused,
        fmt::format(
            "{}: {} cannot be run there: {}", node_.name, release.image, tried.error().what));
  }
  const auto version = version_in(tried->output);
  if (version != release.version) {
    return Error(ErrorCode::refused,
                 fmt::format("{}: {} says '{}', the plan says {} (correct release.version or "
                             "release.image; an image must be for the machine's architecture)",
                             node_.name,
                             release.image,
                             base::trim(tried->output).substr(0, 200),
                             release.version));
  }
  // The id that the kubelet told beside the output.
  if (!release.image_id.empty() && !tried->errors.ends_with(release.image_id)) {
    return Error(ErrorCode::refused,
                 fmt::format("{} is {} there, the plan wants sha256:{}: this is not the image that "
                             "was meant",
                             release.image,
                             tried->errors,
                             release.image_id));
  }
  return write_record([&](PodRecord& own) { own.releases[release.version] = release.image; });
}

Result<Outcome> KubernetesExecutor::run(const Command& command) {
  if (command.argv.empty() || !command.argv.front().starts_with(kImage))
    return run_command(command);
  return try_image(command.argv.front().substr(std::string_view(kImage).size()),
                   {std::next(command.argv.begin()), command.argv.end()},
                   std::max(command.timeout, kFetchPatience));
}

// Those of a natsctl that was killed: they end by themselves.
Result<void> KubernetesExecutor::remove_finished_trials() {
  const auto all = TRY(kubectl_.list("pods", fmt::format("{}={}", kTrialLabel, pod_)));
  for (const auto& told : all["items"].items()) {
    const auto phase = told["status"]["phase"].text();
    if (phase == "Succeeded" || phase == "Failed") TRY(kubectl_.remove(told));
  }
  return {};
}

Result<Outcome> KubernetesExecutor::try_image(const std::string& image,
                                              const std::vector<std::string>& args,
                                              base::nanoseconds patience) {
  TRY(remove_finished_trials());
  const auto seen = TRY(set());
  const auto own = TRY(pod());
  const Trial wanted{.name = fmt::format("natsctl-trial-{}-{}", pod_, ::getpid()),
                     .of = pod_,
                     .container = container_,
                     .image = image,
                     .args = args,
                     .machine = own ? own->machine : ""};
  auto made = kubectl_.create(trial_pod(seen, wanted));
  if (!made && made.error().code == ErrorCode::protocol) made = kubectl_.get("pod", wanted.name);
  if (!made) return std::move(made).error();
  auto ended = outcome_of_trial(*made, patience);
  const auto removed = kubectl_.remove(*made, std::chrono::seconds(0));
  if (ended && !removed) return removed.error();
  return ended;
}

Result<Outcome> KubernetesExecutor::outcome_of_trial(const Json& trial,
                                                     base::nanoseconds patience) {
  const auto name = trial["metadata"]["name"].text();
  base::nanoseconds trouble{};
  std::string why;  // a pull failed; that it is tried again later says less
  for (base::nanoseconds waited{};; waited += kTrialLook) {
    const auto told = TRY(kubectl_.get("pod", name));
    const auto now = read_pod(told, kTrialContainer);
    const auto phase = told["status"]["phase"].text();
    if (phase == "Succeeded" || phase == "Failed") {
      const auto said = kubectl_.ask({"logs", name, "-c", kTrialContainer});
      const auto& status = told["status"]["containerStatuses"].items();
      const auto ended = status.empty() ? Json() : status.front()["state"]["terminated"];
      Outcome outcome{.status = static_cast<int>(ended["exitCode"].integer(phase == "Failed")),
                      .output = said ? *said : ""};
      if (base::trim(outcome.output).empty()) outcome.output = now.trouble;
      if (!status.empty()) outcome.errors = status.front()["imageID"].text();
      return outcome;
    }
    if (now.reason != "ImagePullBackOff" || why.empty()) why = now.trouble;
    trouble = is_about_the_image(now) ? trouble + kTrialLook : base::nanoseconds{};
    const bool never = now.reason == "RunContainerError" || now.reason == "CreateContainerError" ||
                       now.reason == "CreateContainerConfigError" || now.reason == "OutOfpods";
    if (never || trouble >= kTrialPatience || waited >= patience)
      return Error(ErrorCode::refused, why);
    std::this_thread::sleep_for(kTrialLook);
  }
}

}  // namespace exec
