#include "watch/look.h"

#include "watch/observe.h"

#include <iterator>
#include <set>

#include <fmt/format.h>

namespace watch {

namespace {

using base::ErrorCode;
using base::Json;
using base::Result;

constexpr base::nanoseconds kLookPatience = std::chrono::seconds(1);
constexpr int kClientsTold = 256;  // of connz; its total counts all of them

constexpr int kRefusedTold = 256;  // of closed connections, the latest first
constexpr const char* kRefused = "Authentication Failure";  // nats-server server/client.go

constexpr int kAccountsAPage = 256;  // of jsz, which never splits an account
constexpr base::nanoseconds kJszPatience = std::chrono::seconds(5);  // for a page
constexpr int kShareOfTheServer = 20;  // one part of so many for making up jsz
constexpr auto kMostBetween = std::chrono::seconds(30);

const char* name_of(Question question) {
  switch (question) {
    case Question::varz:
      return "varz";
    case Question::connz:
      return "connz";
    case Question::routez:
      return "routez";
    case Question::healthz:
      return "healthz";
    case Question::gatewayz:
      return "gatewayz";
    case Question::leafz:
      return "leafz";
    case Question::jsz:
      return "jsz";
  }
  return "";
}

template <class Part>
Result<Part> part_of(Asking& server,
                     Question question,
                     const Json& options = {},
                     base::nanoseconds patience = kLookPatience) {
  const auto answer = TRY(server.ask(question, options, patience));
  auto part = Part::from_json(answer);
  if (!part) return std::move(part).error().in(name_of(question));
  return part;
}

Result<Clients> clients_of(Asking& server) {
  const auto some = Json::object({{"limit", kClientsTold}});
  return clients_in(TRY(part_of<contract::Connz>(server, Question::connz, some)));
}

// "app (orders, 10.0.0.7)"
std::string who(const contract::ConnInfo& client) {
  const auto& user = client.authorized_user.empty() ? "nobody" : client.authorized_user;
  return client.name.empty() ? fmt::format("{} ({})", user, client.ip)
                             : fmt::format("{} ({}, {})", user, client.name, client.ip);
}

// Seen alike with 2.9.10, 2.10.27 and 2.15.1: sorted by "stop" the latest come first, and of whom
// was refused there are name and user.
Result<std::set<std::string>> refused_by(Asking& server) {
  const auto closed =
      Json::object({{"state", kClosed}, {"sort", "stop"}, {"auth", true}, {"limit", kRefusedTold}});
  const auto connz = TRY(part_of<contract::Connz>(server, Question::connz, closed));
  std::set<std::string> refused;
  for (const auto& client : connz.connections) {
    if (client.reason == kRefused) refused.insert(who(client));
  }
  return refused;
}

// All pages of it, as one answer.
Result<contract::Jsz> whole_jsz(Asking& server) {
  contract::Jsz whole;
  for (int offset = 0;; offset += kAccountsAPage) {
    const auto options = Json::object({{"accounts", true},
                                       {"streams", true},
                                       {"consumer", true},
                                       {"config", true},
                                       {"raft", true},
                                       {"offset", offset},
                                       {"limit", kAccountsAPage}});
    auto page = TRY(part_of<contract::Jsz>(server, Question::jsz, options, kJszPatience));
    auto& accounts = page.account_details;
    const bool last = accounts.size() < static_cast<std::size_t>(kAccountsAPage);
    if (offset == 0) {
      whole = std::move(page);
    } else {
      std::move(accounts.begin(), accounts.end(), std::back_inserter(whole.account_details));
    }
    if (last) return whole;
  }
}

Result<void> look_at_jetstream(Asking& server, Memory& memory, const base::Clock& clock) {
  const auto asked = clock.now();
  const auto begun = std::chrono::steady_clock::now();
  auto jsz = whole_jsz(server);
  if (!jsz) {
    memory.forget_jetstream();
    return std::move(jsz).error();
  }
  const base::nanoseconds cost = std::chrono::steady_clock::now() - begun;
  memory.keep_jetstream({asked, clock.now(), std::move(*jsz)},
                        std::min<base::nanoseconds>(cost * kShareOfTheServer, kMostBetween));
  return {};
}

}  // namespace

Sample look(Asking& server, const std::string& node, Memory& memory, const base::Clock& clock) {
  Sample sample;
  sample.node = node;
  // Keeps the part, or why there is none; false when the server does not answer at all.
  auto keep = [&](auto& place, auto got) {
    if (got) {
      place = std::move(*got);
      return true;
    }
    if (sample.trouble.empty()) sample.trouble = got.error().what;
    return got.error().code == ErrorCode::protocol || got.error().code == ErrorCode::invalid;
  };

  auto varz = part_of<contract::Varz>(server, Question::varz);
  sample.refused = !varz && varz.error().code == ErrorCode::refused;
  bool goes_on = keep(sample.varz, std::move(varz)) && keep(sample.clients, clients_of(server)) &&
                 keep(sample.routez, part_of<contract::RoutePeers>(server, Question::routez)) &&
                 keep(sample.healthz, part_of<contract::Healthz>(server, Question::healthz));
  if (goes_on && memory.wants_refused(*sample.varz, clock.now())) {
    std::optional<std::set<std::string>> refused;
    goes_on = keep(refused, refused_by(server));
    memory.keep_refused(std::move(refused));
  }
  if (goes_on && has_gateways(sample))
    goes_on = keep(sample.gatewayz, part_of<contract::Gatewayz>(server, Question::gatewayz));
  if (goes_on && has_leafs(sample))
    goes_on = keep(sample.leafz, part_of<contract::Leafz>(server, Question::leafz));
  if (goes_on && has_jetstream(sample) &&
      memory.wants_jetstream(sample.varz->server_id, clock.now())) {
    const auto looked = look_at_jetstream(server, memory, clock);
    if (!looked && sample.trouble.empty()) sample.trouble = looked.error().what;
  }
  sample.taken = clock.now();
  memory.complete(sample);
  return sample;
}

}  // namespace watch
