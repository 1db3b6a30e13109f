#include "tests/containers/natsctl.h"

#include "base/files.h"
#include "exec/process.h"

#include <csignal>

#include <sys/wait.h>

namespace containers {

Natsctl::~Natsctl() {
  if (pid_ != 0) kill();
}

void Natsctl::start(const std::vector<std::string>& words) {
  std::vector<std::string> argv = {
      BUILD_ROOT "/natsctl", "--state-dir", (folder_ / "state").string()};
  argv.insert(argv.end(), words.begin(), words.end());
  const auto log = folder_ / "natsctl.log";
  std::filesystem::remove(log);
  pid_ = *exec::start_detached({.argv = argv, .log = log, .folder = {}, .environment = {}});
}

void Natsctl::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

Natsctl::Said Natsctl::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  const auto text = base::read_file(folder_ / "natsctl.log");
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), text ? *text : ""};
}

Natsctl::Said Natsctl::run(const std::vector<std::string>& words) {
  start(words);
  return wait();
}

}  // namespace containers
