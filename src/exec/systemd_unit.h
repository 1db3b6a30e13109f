#pragma once

#include "base/units.h"
#include "exec/executor.h"

#include <map>
#include <string>
#include <vector>

// A systemd unit that runs a NATS server: what may be wrong with it, and the drop-in by which it
// runs natsctl's releases. Pure.
//
// Why a drop-in, and not another file in the place of the program: the package's files stay as dpkg
// knows them, an `apt upgrade` in the middle changes nothing that runs, and one file less is all of
// the way back.
namespace exec {

// `systemctl show`: "KillSignal" -> "2". Source: org.freedesktop.systemd1(5).
struct SystemdUnit {
  std::string name;
  std::map<std::string, std::string> properties;
  bool held = false;  // natsctl's hold (host_script.sh) lies there

  static SystemdUnit read(std::string name, const std::vector<std::string>& lines);
  const std::string& operator[](const std::string& property) const;
};

// What would break an upgrade, or breaks the node at a reboot. `dir` is natsctl's folder for it.
std::vector<Concern> audit(const SystemdUnit& unit, const plan::fs::path& dir);

// Makes the unit run DIR/current/nats-server with these arguments.
std::string drop_in(const plan::fs::path& dir, const std::vector<std::string>& args);

}  // namespace exec
