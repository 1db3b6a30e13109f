#include "tests/lab/lab.h"

#include "exec/process.h"
#include "tests/support/eventually.h"

#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

namespace lab {

namespace {

constexpr int kClientPort = 4222;

}  // namespace

Lab::Lab(int hosts)
    : id_(fmt::format("natsctl-lab-{}", ::getpid())),
      own_network_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
  try {
    script({"up", std::to_string(hosts)});
  } catch (...) {
    script({"down"});
    throw;
  }
  const auto network = "/run/netns/" + id_ + "-ctl";
  const int descriptor = ::open(network.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || ::setns(descriptor, CLONE_NEWNET) != 0)
    throw std::runtime_error(network + " cannot be entered");
  ::close(descriptor);
  forget_connections();
}

Lab::~Lab() {
  ::setns(own_network_, CLONE_NEWNET);  // what is left in the lab's network ends with it
  ::close(own_network_);
  try {
    script({"down"});
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%s\n", failed.what());
  }
}

std::string Lab::script(const std::vector<std::string>& words) const {
  exec::Command command{{PROJECT_ROOT "/tests/lab/lab"}, std::chrono::minutes(4)};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.environment = {{"LAB_ID", id_}, {"LAB_DIR", folder().string()}};
  const auto outcome = exec::run_command(command);
  if (!outcome) throw std::runtime_error(outcome.error().what);
  if (!outcome->ok()) throw std::runtime_error("lab " + words.front() + ": " + outcome->output);
  return outcome->output;
}

std::string Lab::on(const std::string& host, const std::string& line) const {
  return script({"exec", host, "sh", "-c", line});
}

void Lab::cut_power(const std::string& host) const {
  script({"cut", host});
}

void Lab::boot(const std::string& host) const {
  script({"boot", host});
}

void Lab::forget_connections() {
  const auto folder = sockets_ / std::to_string(++connections_);
  std::filesystem::create_directories(folder);
  ::setenv("XDG_RUNTIME_DIR", folder.c_str(), 1);
}

std::filesystem::path Lab::folder() const {
  return "/tmp/" + id_;
}

plan::ExecutorSpec Lab::ssh(const std::string& host) const {
  return {.type = "ssh",
          .dir = "/var/lib/natsctl/A",
          .host = host,
          .ssh_config = folder() / "ssh_config"};
}

SshMachine::SshMachine(const Lab& all, std::string on_host) : hosts(all), host(std::move(on_host)) {
  node.name = "A";
  node.client = {"127.0.0.1", kClientPort};
  node.executor = hosts.ssh(host);
  again();
}

SshMachine::~SshMachine() {
  hosts.on(host,
           "systemctl stop nats-server; pkill -9 nats-server; rm -rf /var/lib/natsctl/* "
           "/etc/systemd/system/nats-server.service* /run/systemd/system/nats-server.service.d; "
           "systemctl daemon-reload; systemctl reset-failed; true");
}

void SshMachine::start_foreign() {
  hosts.on(host,
           fmt::format("cd /home/deploy && runuser -u deploy -- setsid /usr/sbin/nats-server -a "
                       "127.0.0.1 -p {} >/dev/null 2>&1 </dev/null &",
                       kClientPort));
  until_listening();
}

void SshMachine::stop_foreign() {
  hosts.on(host, "pkill -INT nats-server");
}

UnitMachine::UnitMachine(const Lab& all, const std::string& on_host) : SshMachine(all, on_host) {
  node.executor.service = "nats-server.service";
  node.executor.sudo = true;
  again();
}

void UnitMachine::start_foreign() {
  hosts.on(host,
           "mkdir -p /etc/systemd/system/nats-server.service.d && cd "
           "/etc/systemd/system/nats-server.service.d && printf '[Service]\\nRestart=always\\n"
           "RestartSec=0\\n' >10-always.conf && systemctl daemon-reload && systemctl start "
           "nats-server");
  until_listening();
}

void UnitMachine::stop_foreign() {
  hosts.on(host, "systemctl stop nats-server");
}

}  // namespace lab
