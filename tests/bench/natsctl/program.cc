#include "tests/bench/natsctl/program.h"

#include <csignal>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void become(std::vector<std::string> command) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int fd : {0, 1, 2})
    ::dup2(nowhere, fd);
  std::vector<char*> words;
  for (auto& word : command)
    words.push_back(word.data());
  words.push_back(nullptr);
  ::execv(words.front(), words.data());
  ::_exit(127);
}

}  // namespace

Cost run_natsctl(const std::vector<std::string>& words, std::chrono::milliseconds at_most) {
  std::vector<std::string> command = {BUILD_ROOT "/natsctl"};
  command.insert(command.end(), words.begin(), words.end());
  const auto begin = std::chrono::steady_clock::now();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no further process");
  if (pid == 0) become(command);
  if (at_most.count() > 0) {
    std::this_thread::sleep_for(at_most);  // it is what is measured: so long it watches
    ::kill(pid, SIGINT);
  }
  int status = 0;
  rusage used{};
  ::wait4(pid, &status, 0, &used);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return {.seconds = taken.count(),
          .cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
          .peak_mib = static_cast<double>(used.ru_maxrss) / 1024,
          .exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)};
}

}  // namespace bench
