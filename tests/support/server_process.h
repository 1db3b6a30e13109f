#pragma once

#include "tests/support/temp_dir.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace support {

// A server program to test with or against.
struct Release {
  std::string version;
  std::filesystem::path binary;
  bool bundled = false;  // our own broker

  // The bundled broker as this build made it, and the one that reports the next version.
  static Release broker();
  static Release broker_next();

  // A real nats-server: the one of the line "2.9" or "2.10", or the "newest" there is. They lie in
  // $NATS_SERVERS/VERSION, by default where tests/support/get-nats-servers puts them.
  // Throws, with what to do, when there is none: a test that was not run has not passed.
  static Release real(const std::string& line);
};

struct ServerSettings {
  Release release = Release::broker();
  std::string name = "A";
  std::string conf = {};  // the text of its conf file, if it has one
  bool clustered = false;
  std::string cluster_name = {};  // empty: as the tutorial has it, none
  std::vector<int> routes = {};   // cluster ports it dials
  bool monitored = false;
  bool may_fail = false;                    // do not wait until it is ready: it may never be
  std::vector<std::string> arguments = {};  // further ones
  int port = 0;                             // 0: a free one; likewise below
  int cluster_port = 0;
  int monitor_port = 0;
};

// A server that lives as long as this object, in a folder of its own, with its log there. Killed
// and reaped in the destructor; the kernel kills it if the test dies before that.
class ServerProcess {
 public:
  // Returns when its ports answer; throws with its log when it does not get there.
  explicit ServerProcess(ServerSettings settings);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  const std::string& name() const { return settings_.name; }

  int port() const { return settings_.port; }

  int cluster_port() const { return settings_.cluster_port; }

  int monitor_port() const { return settings_.monitor_port; }

  pid_t pid() const { return pid_; }

  const TempDir& folder() const { return folder_; }

  std::filesystem::path conf_file() const { return folder_ / (settings_.name + ".conf"); }

  std::string log() const;

  void signal(int number) const;

  // The exit code, or 128 + the signal that ended it. Throws when it still runs after `patience`.
  int wait_for_exit(std::chrono::milliseconds patience = std::chrono::seconds(20));

  void kill();                  // as a crash does
  int stop();                   // SIGINT; its exit code
  void start();                 // again, after it ended, on the same ports
  void start(Release release);  // again, with another program
  void wait_for_log(const std::string& text, int times = 1) const;

 private:
  std::vector<std::string> command() const;
  void wait_until_ready();

  ServerSettings settings_;
  TempDir folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

}  // namespace support
