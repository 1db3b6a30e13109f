#pragma once

#include "tests/support/server_process.h"
#include "watch/system_account.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace support {

// Three servers of one release in a full mesh, with users of their own and one of the system
// account. `monitored`: their HTTP ports are open; the system account is there in any case.
struct Trio {
  static std::string conf() {
    return "accounts { SYS { users = [ { user: sys, password: sesame } ] }\n"
           "           APP { users = [ { user: app, password: app } ] } }\n"
           "system_account: SYS\nno_auth_user: app\n";
  }

  explicit Trio(const Release& release, bool monitored = true, const std::string& more = "") {
    std::vector<int> routes;
    for (const auto* name : {"A", "B", "C"}) {
      servers.push_back(std::make_unique<ServerProcess>(ServerSettings{.release = release,
                                                                       .name = name,
                                                                       .conf = conf() + more,
                                                                       .clustered = true,
                                                                       .cluster_name = "demo",
                                                                       .routes = routes,
                                                                       .monitored = monitored}));
      routes.push_back(servers.back()->cluster_port());
    }
  }

  std::vector<std::string> urls() const {
    std::vector<std::string> result;
    for (const auto& server : servers)
      result.push_back(fmt::format("nats://127.0.0.1:{}", server->port()));
    return result;
  }

  // Its password lies in a file beside the first server's log.
  watch::SystemSettings system(const std::string& password = "sesame") const {
    const auto file = servers.front()->folder().file("password", password + "\n");
    return {urls(), {.user = "sys", .password = {.file = file}}};
  }

  std::vector<std::unique_ptr<ServerProcess>> servers;
};

}  // namespace support
