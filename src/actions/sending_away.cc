#include "actions/sending_away.h"

#include "actions/pacing.h"
#include "actions/returning.h"
#include "base/text.h"
#include "watch/client_library.h"
#include "watch/nats_connection.h"

#include <fmt/core.h>

namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr base::nanoseconds kLook = std::chrono::milliseconds(250);
constexpr base::nanoseconds kTakeOnPatience = std::chrono::seconds(3);  // libraries try again after
                                                                        // 2 s
constexpr int kMostFruitless = 3;  // rounds after which as many clients were there as before

// `what`: LDM or KICK. A client that is gone already is no error: the server says so.
Result<void> ask_about_client(watch::SystemAccount& system,
                              const std::string& id,
                              const char* what,
                              std::uint64_t cid) {
  auto answer = system.ask(id, what, base::Json::object({{"cid", cid}}));
  if (answer || answer.error().code == ErrorCode::protocol) return {};
  if (answer.error().code != ErrorCode::not_found) return std::move(answer).error();
  return Error(ErrorCode::not_found,
               "its release cannot tell or close a single client (2.10 and later can)");
}

Result<std::string> id_of(const watch::Snapshot& snapshot, const std::string& node) {
  const auto* sample = snapshot.find(node);
  if (!sample || !sample->varz) return Error(ErrorCode::io, node + " does not answer");
  return sample->varz->server_id;
}

bool another_is_healthy(const watch::Snapshot& snapshot, const std::string& node) {
  return std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(), [&](const auto& at) {
    return at.first != node && at.second.varz && at.second.healthz && at.second.healthz->ok();
  });
}

Error asked_to_stop() {
  return {ErrorCode::cancelled, "it was asked to stop"};
}

// The rounds of one drain.
class Rounds {
 public:
  Rounds(const Context& context, const plan::Node& node)
      : context_(context),
        drain_(context.plan.policy.drain),
        node_(node.name),
        end_(context.clock.now() + drain_.duration) {}

  SentAway carry_out() {
    if (auto done = tell_and_close(); !done) result_.left = done.error().what;
    return result_;
  }

 private:
  Result<void> tell_and_close() {
    TRY(tell_all());
    TRY(give_grace());
    int batch = 0;
    int fruitless = 0;
    std::size_t before = 0;
    while (context_.clock.now() < end_) {
      const auto clients = TRY(clients_to_move(context_.watcher, node_));
      if (clients.empty()) return {};
      if (batch == 0) batch = first_batch(static_cast<int>(clients.size()));
      fruitless = before != 0 && clients.size() >= before ? fruitless + 1 : 0;
      if (fruitless == kMostFruitless) {
        return Error(ErrorCode::refused,
                     "they come back to it as often as they are closed, as clients do that know "
                     "one server only: " +
                         names_of(crowd_of(clients)));
      }
      before = clients.size();
      batch = TRY(close_some(clients, batch));
    }
    return Error(ErrorCode::timeout,
                 base::format_duration(drain_.duration) + " were not enough for all of them");
  }

  // How many may follow.
  Result<int> close_some(const std::vector<contract::ConnInfo>& clients, int batch) {
    const auto closed = TRY(close_batch(context_, node_, clients, batch));
    result_.clients += closed.closed;
    ++result_.rounds;
    context_.say(fmt::format("{}: {} sent to the others, {} to go{}",
                             node_,
                             base::count_of(static_cast<std::size_t>(closed.closed), "client"),
                             clients.size() - static_cast<std::size_t>(closed.closed),
                             closed.strained ? "; the others need time, so it goes slower" : ""));
    return closed.next;
  }

  // Every client, natsctl's own too: they are to move now.
  Result<void> tell_all() {
    const auto id = TRY(id_of(context_.watcher.latest(), node_));
    const auto all = TRY(context_.watcher.clients(node_));
    for (const auto& client : all)
      TRY(ask_about_client(*context_.watcher.system(), id, "LDM", client.cid));
    if (!all.empty()) {
      context_.say(fmt::format(
          "{}: {} told that their server goes", node_, base::count_of(all.size(), "client")));
    }
    return {};
  }

  Result<void> give_grace() {
    const auto end = std::min(end_, context_.clock.now() + drain_.grace);
    while (context_.clock.now() < end) {
      if (TRY(clients_to_move(context_.watcher, node_)).empty()) return {};
      if (!context_.clock.wait(kLook, context_.stop)) return asked_to_stop();
    }
    return {};
  }

  const Context& context_;
  const plan::Policy::Drain& drain_;
  const std::string node_;
  const base::Time end_;
  SentAway result_;
};

}  // namespace

std::string SentAway::text() const {
  return fmt::format("{} sent to the others in {}",
                     clients == 1 ? "1 client was" : fmt::format("{} clients were", clients),
                     base::count_of(static_cast<std::size_t>(rounds), "round"));
}

Result<std::vector<contract::ConnInfo>> clients_to_move(const watch::Watcher& watcher,
                                                        const std::string& node) {
  auto clients = TRY(watcher.clients(node));
  std::erase_if(clients, [](const contract::ConnInfo& client) {
    return watch::moves_by_itself(client) || client.kind == "Leafnode";
  });
  return clients;
}

Result<Batch> close_batch(const Context& context,
                          const std::string& node,
                          const std::vector<contract::ConnInfo>& clients,
                          int count) {
  const auto before = context.watcher.look();
  const auto id = TRY(id_of(before, node));
  Batch batch;
  for (const auto& client : clients) {
    if (batch.closed == count) break;
    TRY(ask_about_client(*context.watcher.system(), id, "KICK", client.cid));
    ++batch.closed;
  }
  const auto end = context.clock.now() + kTakeOnPatience;
  for (;;) {
    const auto strain = strain_of(node, batch.closed, before, context.watcher.look());
    batch.strained = strain.is_much();
    batch.next = next_batch(batch.closed, strain);
    if (!batch.strained || context.clock.now() >= end) return batch;
    if (!context.clock.wait(kLook, context.stop)) return asked_to_stop();
  }
}

SentAway send_clients_away(const Context& context, const plan::Node& node) {
  auto* system = context.watcher.system();
  if (!system) return {.left = "there is no user of the system account in the plan"};
  if (!another_is_healthy(context.watcher.look(), node.name))
    return {.left = "no other server is seen to be healthy"};
  system->avoid(watch::client_url(node.client));
  auto result = Rounds(context, node).carry_out();
  system->avoid("");
  return result;
}

void send_away_before_lame_duck(const Context& context, const plan::Node& node) {
  auto* system = context.watcher.system();
  if (!system) return;
  if (context.plan.policy.drain.adaptive) {
    const auto sent = send_clients_away(context, node);
    if (sent.clients > 0) context.remark(sent.text());
    if (!sent.left.empty()) context.remark("its lame duck sent clients away: " + sent.left);
  }
  // A server without clients ends at once: our own connection is not to be the last one there.
  system->avoid(watch::client_url(node.client));
  static_cast<void>(system->try_out());  // a request, over another server
}

}  // namespace actions
