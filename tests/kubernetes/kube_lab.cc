#include "tests/kubernetes/kube_lab.h"

#include "base/files.h"
#include "base/text.h"
#include "exec/process.h"

#include <cstdio>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

namespace kubernetes {

namespace {

constexpr const char* kScript = PROJECT_ROOT "/tests/kubernetes/cluster";
constexpr auto kPatience = std::chrono::minutes(8);

}  // namespace

KubeLab::KubeLab()
    : id_(fmt::format("natsctl-kube-{}", ::getpid())),
      own_network_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
  if (const auto up = script({"up"}); up.exit_code != 0) {
    script({"down"});
    throw std::runtime_error(up.text);
  }
  const auto network = "/run/netns/" + id_;
  const int descriptor = ::open(network.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || ::setns(descriptor, CLONE_NEWNET) != 0)
    throw std::runtime_error(network + " cannot be entered");
  ::close(descriptor);
  for (const auto& server : {support::old_server(), support::new_server()})
    image(server.binary, image_of(server));
}

KubeLab::~KubeLab() {
  ::setns(own_network_, CLONE_NEWNET);
  ::close(own_network_);
  const auto down = script({"down"});
  if (down.exit_code != 0) std::fprintf(stderr, "%s\n", down.text.c_str());
}

Said KubeLab::script(const std::vector<std::string>& words) const {
  exec::Command command{{kScript}, kPatience};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.environment = {{"CLUSTER_ID", id_}, {"CLUSTER_DIR", "/tmp/" + id_}};
  const auto outcome = exec::run_command(command);
  if (!outcome) return {-1, outcome.error().what};
  return {outcome->status, outcome->output};
}

void KubeLab::image(const std::filesystem::path& binary,
                    const std::string& name,
                    const std::vector<std::string>& folders) const {
  std::vector<std::string> words = {"image", binary.string(), name};
  words.insert(words.end(), folders.begin(), folders.end());
  const auto made = script(words);
  if (made.exit_code != 0) throw std::runtime_error(made.text);
}

Said KubeLab::exec(const std::vector<std::string>& words) const {
  std::vector<std::string> all = {"exec"};
  all.insert(all.end(), words.begin(), words.end());
  return script(all);
}

std::string KubeLab::kubectl(const std::vector<std::string>& words) const {
  std::vector<std::string> all = {"kubectl", "--namespace", "shop"};
  all.insert(all.end(), words.begin(), words.end());
  const auto said = exec(all);
  if (said.exit_code != 0) throw std::runtime_error("kubectl " + words.front() + ": " + said.text);
  return said.text;
}

base::Json KubeLab::get(const std::string& kind, const std::string& name) const {
  const auto json = base::Json::parse(kubectl({"get", kind, name, "-o", "json"}));
  return json ? *json : base::Json();
}

void KubeLab::apply(const std::string& yaml) const {
  kubectl({"apply", "-f", folder_.file("objects.yaml", yaml).string()});
}

std::string KubeLab::user() const {
  const auto made = script({"user"});
  if (made.exit_code != 0) throw std::runtime_error(made.text);
  return std::string(base::trim(made.text));
}

void KubeLab::api(const std::string& what) const {
  const auto done = script({"api", what});
  if (done.exit_code != 0) throw std::runtime_error(done.text);
}

int KubeLab::start(const std::vector<std::string>& words, const std::filesystem::path& log) const {
  const auto environment = fmt::format("/tmp/{}", id_);
  std::vector<std::string> argv = {
      "/usr/bin/env", "CLUSTER_ID=" + id_, "CLUSTER_DIR=" + environment, kScript, "exec"};
  argv.insert(argv.end(), words.begin(), words.end());
  return *exec::start_detached({.argv = argv, .log = log, .folder = {}, .environment = {}});
}

std::filesystem::path KubeLab::kubeconfig() const {
  return "/tmp/" + id_ + "/kubeconfig";
}

std::string KubeLab::program() const {
  const auto built = exec::run_command({{PROJECT_ROOT "/tests/kubernetes/build", "cached"}});
  return std::string(base::trim(built->output)) + "/kubectl";
}

std::string image_of(const support::Release& release) {
  return "localhost/nats:" + release.version;
}

}  // namespace kubernetes
