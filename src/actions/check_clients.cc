#include "actions/preflight.h"
#include "base/text.h"
#include "watch/client_library.h"

#include <fmt/core.h>

namespace actions {

namespace {

Finding finding_of(const watch::LibraryCount& library) {
  const auto who = fmt::format("{} with {}",
                               base::count_of(static_cast<std::size_t>(library.clients), "client"),
                               library.name());
  switch (library.hears) {
    case watch::Hears::never:
      return {"",
              who + " cannot hear that their server goes (lame duck)",
              "they notice when their connection ends, and reconnect then; a later release of the "
              "library may tell them",
              Severity::warning};
    case watch::Hears::tells:
      return {"",
              who +
                  ": the library tells that a server goes; whether the application listens "
                  "cannot be seen",
              {},
              Severity::note};
    case watch::Hears::unknown:
      break;
  }
  return {"", who + ": nothing is known of how it takes lame duck", {}, Severity::note};
}

// Which servers a client may go to. What its application gave it is not told by any server.
Finding finding_of_urls(const std::vector<std::string>& silent) {
  if (silent.empty()) {
    return {"",
            "clients learn of every server from theirs; one that was given a single URL holds it "
            "only if its library does not listen to that, which cannot be seen",
            {},
            Severity::note};
  }
  return {"",
          fmt::format("{} no client of any other server, so clients hold the URLs that they were "
                      "given; one that was given a single URL has nowhere else to go",
                      base::join(silent, ", ") + (silent.size() == 1 ? " tells" : " tell")),
          "give clients the URLs of at least two servers, or remove cluster.no_advertise",
          Severity::warning};
}

}  // namespace

std::vector<Finding> check_clients(const plan::Plan& plan, const watch::Watcher& watcher) {
  std::vector<contract::ConnInfo> all;
  std::vector<std::string> silent;
  const auto snapshot = watcher.latest();
  for (const auto& node : plan.nodes) {
    const auto* sample = snapshot.find(node.name);
    auto clients = watcher.clients(node.name);
    if (!clients || !sample || !sample->varz) continue;  // a finding of its own
    all.insert(all.end(), clients->begin(), clients->end());
    if (sample->varz->connect_urls.empty() && plan.nodes.size() > 1) silent.push_back(node.name);
  }
  std::vector<Finding> findings;
  for (const auto& library : watch::libraries_of(all))
    findings.push_back(finding_of(library));
  if (!findings.empty()) findings.push_back(finding_of_urls(silent));
  return findings;
}

}  // namespace actions
