#include "base/text.h"
#include "gates/judging.h"

#include <algorithm>

#include <fmt/core.h>

// Whether a server lets in whom the one before it let in. A release may read users or a credential
// otherwise, and then it is well, and its clients are at the others: nothing else tells. Who was
// turned away by any server before is no news, however often it comes.
namespace gates {

namespace {

constexpr std::size_t kRefusedNamed = 3;

// One client may have its password wrong at any time; one of ten, as where clients are counted.
int allowed(int clients) {
  return std::max(1, clients - clients_wanted(clients));
}

std::string in_words(const std::vector<std::string>& clients) {
  if (clients.empty()) return "refuses nobody that was not refused before";
  std::vector<std::string> named(
      clients.begin(),
      clients.begin() + static_cast<std::ptrdiff_t>(std::min(kRefusedNamed, clients.size())));
  auto text = fmt::format("refuses {} that nobody refused before: {}",
                          base::count_of(clients.size(), "client"),
                          base::join(named, ", "));
  return clients.size() > kRefusedNamed
             ? text + fmt::format(" and {} more", clients.size() - kRefusedNamed)
             : text;
}

void judge_refusals(Readings& readings, const Scene& scene, const plan::Node& node) {
  const auto before = scene.before.find(node.name);
  const auto most = before == scene.before.end() ? 1 : allowed(before->second.clients);
  const auto wanted = fmt::format("at most {} of them", most);
  const auto now = seen(scene, node.name);
  if (!now || !now.sample->refused_clients) {
    readings.unknown(node.name,
                     now ? "no /connz of closed connections: " + now.sample->trouble : now.missing,
                     wanted);
    return;
  }
  if (before == scene.before.end()) {
    readings.unknown(node.name, "nobody wrote down who was refused before", wanted);
    return;
  }
  std::vector<std::string> anew;
  const auto& old = before->second.refused_clients;
  std::set_difference(now.sample->refused_clients->begin(),
                      now.sample->refused_clients->end(),
                      old.begin(),
                      old.end(),
                      std::back_inserter(anew));
  readings.add(node.name, static_cast<int>(anew.size()) <= most, in_words(anew), wanted);
}

std::vector<Reading> clients_let_in(const Scene& scene) {
  Readings readings("clients-let-in");
  for (const auto* node : subjects(scene))
    judge_refusals(readings, scene, *node);
  return readings.done();
}

}  // namespace

std::vector<Condition> refusal_conditions() {
  return {{"clients-let-in",
           "the node refuses no clients that were let in before; one may be, or one of ten",
           clients_let_in}};
}

}  // namespace gates
