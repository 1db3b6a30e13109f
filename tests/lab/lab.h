#pragma once

#include "tests/support/executor_promises.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <string>
#include <vector>

namespace lab {

struct Said {
  int exit_code = -1;
  std::string text;  // stdout and stderr

  bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

// Hosts h1..hN with systemd and sshd (the script tests/lab/lab), gone with this object. From its
// making on the test's own network is that of the hosts: 10.78.0.254.
class Lab {
 public:
  explicit Lab(int hosts);
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  // A shell line on a host, as root; throws when it fails.
  std::string on(const std::string& host, const std::string& line) const;

  void cut_power(const std::string& host) const;
  void boot(const std::string& host) const;

  // No ssh connection is shared with those made so far.
  void forget_connections();

  std::filesystem::path folder() const;
  plan::ExecutorSpec ssh(const std::string& host) const;

 private:
  std::string script(const std::vector<std::string>& words) const;

  support::TempDir sockets_;
  std::string id_;
  int own_network_;  // the test's, to go back to
  int connections_ = 0;
};

// A node on a host, its server a plain process of the user natsctl comes as.
struct SshMachine : support::Machine {
  SshMachine(const Lab& hosts, std::string on_host);
  ~SshMachine() override;

  void start_foreign() override;
  void stop_foreign() override;

  const Lab& hosts;
  std::string host;
};

// The same with Debian's own unit of nats-server, made to revive its server always.
struct UnitMachine : SshMachine {
  UnitMachine(const Lab& hosts, const std::string& on_host);

  void start_foreign() override;
  void stop_foreign() override;
};

}  // namespace lab
