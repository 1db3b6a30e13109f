#include "base/text.h"
#include "exec/shell.h"
#include "exec/transport.h"

#include <array>
#include <cstdlib>

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kSshFailed = 255;          // Source: ssh(1), EXIT STATUS
constexpr const char* kPersist = "30s";  // longer than between two looks at a host in a run

// Where the sockets of shared connections lie: ours alone. Empty: there is no such place, and each
// command connects anew.
fs::path socket_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");  // NOLINT(concurrency-mt-unsafe)
  const fs::path folder = runtime && *runtime ? fs::path(runtime) / "natsctl"
                                              : fs::path(fmt::format("/tmp/natsctl-{}", getuid()));
  ::mkdir(folder.c_str(), 0700);

  struct stat status {};

  const bool ours = ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                    status.st_uid == ::getuid() && (status.st_mode & 077U) == 0;
  return ours ? folder : fs::path();
}

std::vector<std::string> options(const plan::ExecutorSpec& spec) {
  std::vector<std::string> result = {"ssh", "-T"};
  if (!spec.ssh_config.empty()) {
    result.emplace_back("-F");
    result.push_back(spec.ssh_config.string());
  }
  std::vector<std::string> settings = {
      "BatchMode=yes",          // no question that nobody answers
      "ConnectTimeout=10",      // seconds, as below
      "ServerAliveInterval=5",  // a host that lost its power is noticed after three of these
      "ServerAliveCountMax=3",
      "LogLevel=ERROR",
  };
  if (const auto folder = socket_folder(); !folder.empty()) {
    settings.emplace_back("ControlMaster=auto");
    settings.push_back("ControlPath=" + (folder / "%C").string());
    settings.push_back(std::string("ControlPersist=") + kPersist);
  }
  for (auto& setting : settings) {
    result.emplace_back("-o");
    result.push_back(std::move(setting));
  }
  return result;
}

class SshTransport final : public Transport {
 public:
  explicit SshTransport(const plan::ExecutorSpec& spec)
      : host_(spec.host), options_(options(spec)) {}

  Result<Outcome> run(const Command& command) override {
    auto over_ssh = command;
    over_ssh.argv = options_;
    over_ssh.argv.insert(over_ssh.argv.end(), {"--", host_, shell_line(command.argv)});
    over_ssh.errors_apart = true;
    auto outcome = run_command(over_ssh);
    if (!outcome && outcome.error().code == ErrorCode::not_found) {
      return Error(ErrorCode::not_found,
                   host_ + ": there is no ssh program here: install OpenSSH's client");
    }
    if (!outcome) return std::move(outcome).error().in(host_);
    if (outcome->status == kSshFailed) return ssh_trouble(host_, outcome->errors);
    return outcome;
  }

  std::string host() const override { return host_; }

 private:
  std::string host_;
  std::vector<std::string> options_;
};

// What ssh says, what that means, and whether trying again may help.
struct Trouble {
  std::string_view said;
  std::string_view meaning;
  std::string_view remedy;
  ErrorCode code;
};

constexpr auto kTroubles = std::to_array<Trouble>({
    {"REMOTE HOST IDENTIFICATION HAS CHANGED",
     "its host key is another than the known one",
     "if the host was installed anew, forget the old key with ssh-keygen -R; if not, somebody "
     "stands between",
     ErrorCode::refused},
    {"Host key verification failed",
     "its host key is not known here",
     "connect once by hand with ssh and compare the key",
     ErrorCode::refused},
    {"Permission denied",
     "it does not let this user in",
     "ssh to it by hand must work without a question: an agent or IdentityFile with a key that is "
     "in its authorized_keys",
     ErrorCode::refused},
    {"Too many authentication failures",
     "it does not let this user in",
     "the agent offers too many keys: IdentitiesOnly in ~/.ssh/config",
     ErrorCode::refused},
    {"Could not resolve hostname",
     "its name is not known",
     "correct executor.host, or name it in ~/.ssh/config",
     ErrorCode::refused},
    {"Bad configuration option", "ssh does not take its configuration", "", ErrorCode::refused},
    {"Connection refused",
     "nothing listens on its ssh port",
     "start sshd there, or correct the port in ~/.ssh/config",
     ErrorCode::timeout},
    {"timed out", "it does not answer", "is it up, and the way to it open?", ErrorCode::timeout},
    {"No route to host",
     "there is no way to it",
     "is it up, and the way to it open?",
     ErrorCode::timeout},
});

}  // namespace

Error ssh_trouble(const std::string& host, const std::string& errors) {
  const auto words = std::string(base::trim(errors));
  for (const auto& row : kTroubles) {
    if (words.find(row.said) == std::string::npos) continue;
    const auto line = base::split(words, '\n').back();
    return {row.code,
            fmt::format("{}: {} (ssh: {}){}{}",
                        host,
                        row.meaning,
                        base::trim(line),
                        row.remedy.empty() ? "" : ": ",
                        row.remedy)};
  }
  return {ErrorCode::timeout,
          fmt::format("{}: the connection was lost{}{}", host, words.empty() ? "" : ": ", words)};
}

std::unique_ptr<Transport> ssh_transport(const plan::ExecutorSpec& spec) {
  return std::make_unique<SshTransport>(spec);
}

}  // namespace exec
