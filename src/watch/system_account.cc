#include "watch/system_account.h"

#include "watch/nats_connection.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <fmt/format.h>

namespace watch {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr auto kConnectPatience = std::chrono::seconds(2);

struct Link {
  std::string server;
  std::atomic<bool> leaving = false;  // it asked its clients to go, or is lost
  std::unique_ptr<NatsConnection> connection;
};

ServerIdentity identity_of(const Json& answer) {
  const auto& server = answer["server"];
  return {
      server["id"].text(), server["name"].text(), server["cluster"].text(), server["ver"].text()};
}

// An answer that says what went wrong. {"error":{"code":400,"description":"…"}}
std::optional<Error> error_in(const Json& answer) {
  const auto* error = answer.find("error");
  if (!error || !error->is_object()) return std::nullopt;
  return Error(ErrorCode::protocol,
               fmt::format("{} ({})",
                           (*error)["description"].text("an error without words"),
                           (*error)["code"].integer()));
}

std::string text_of(const Json& payload) {
  return payload.is_null() ? "" : payload.dump();
}

}  // namespace

struct SystemAccount::State {
  explicit State(SystemSettings s) : settings(std::move(s)) {}

  const SystemSettings settings;
  std::mutex mutex;
  std::shared_ptr<Link> link;  // protected by mutex, as what follows
  std::size_t next = 0;
  std::string avoided;

  // The connection, made anew when the one before should be left. One that is left is closed when
  // the last request over it has ended.
  Result<std::shared_ptr<Link>> current() {
    const std::lock_guard lock(mutex);
    if (link && !link->leaving && link->server != avoided) return link;
    Error last(ErrorCode::not_found, "the system account: there is no server to ask");
    for (std::size_t tries = 0; tries < settings.servers.size(); ++tries) {
      const auto& server = settings.servers[next++ % settings.servers.size()];
      if (server == avoided) continue;
      auto made = open(server);
      if (made) return link = *std::move(made);
      // A wrong login tells more than the next server's refused connection.
      if (last.code != ErrorCode::refused) last = std::move(made).error().in("the system account");
    }
    // Rather the avoided one than none.
    if (link && !link->leaving) return link;
    if (std::find(settings.servers.begin(), settings.servers.end(), avoided) ==
        settings.servers.end())
      return last;
    auto made = open(avoided);
    if (made) return link = *std::move(made);
    return last;
  }

  Result<std::shared_ptr<Link>> open(const std::string& server) const {
    auto made = std::make_shared<Link>();
    made->server = server;
    ConnectSettings connect;
    connect.servers = {server};
    connect.name = kSystemClientName;
    connect.access = settings.access;
    connect.reconnect = ConnectSettings::Reconnect::none;
    connect.timeout = kConnectPatience;
    // The link owns the connection, whose end waits for its callbacks: a plain pointer is right.
    const auto leave = [place = made.get()] { place->leaving = true; };
    connect.events = {leave, leave, [] {}, leave};
    made->connection = TRY(NatsConnection::open(connect));
    return made;
  }
};

std::optional<SystemSettings> system_settings(const plan::Plan& plan) {
  if (!plan.system) return std::nullopt;
  SystemSettings settings;
  auto& access = settings.access;
  access = *plan.system;
  if (access.ca.empty()) access.ca = plan.access.ca;  // the servers' certificates are the same
  for (const auto& node : plan.nodes)
    settings.servers.push_back(client_url(node.client));
  if (plan.temp_node) settings.servers.push_back(client_url(plan.temp_node->node.client));
  return settings;
}

SystemAccount::SystemAccount(SystemSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {}

SystemAccount::~SystemAccount() = default;

Result<void> SystemAccount::try_out() {
  auto answers = ask_all("VARZ", {}, 1);
  const bool silent = answers ? answers->empty() : answers.error().code == ErrorCode::not_found;
  if (silent) {
    return Error(ErrorCode::refused,
                 "the system account: logged in, but no server answers; is the user in it?");
  }
  if (!answers) return std::move(answers).error();
  return {};
}

Result<Json> SystemAccount::request(const std::string& subject,
                                    const Json& payload,
                                    base::nanoseconds timeout) {
  const auto link = TRY(state_->current());
  const auto message = TRY(link->connection->request(subject, text_of(payload), timeout));
  auto answer = Json::parse(message.data);
  if (!answer) return std::move(answer).error().in(subject);
  if (auto error = error_in(*answer)) return std::move(*error).in(subject);
  return answer;
}

Result<Json> SystemAccount::ask(const std::string& id,
                                const std::string& what,
                                const Json& payload,
                                base::nanoseconds timeout) {
  const auto answer =
      TRY(request(fmt::format("$SYS.REQ.SERVER.{}.{}", id, what), payload, timeout));
  return answer["data"];
}

Result<std::vector<ServerAnswer>> SystemAccount::ask_all(const std::string& what,
                                                         const Json& payload,
                                                         std::size_t most,
                                                         base::nanoseconds timeout) {
  const auto link = TRY(state_->current());
  const auto subject = "$SYS.REQ.SERVER.PING." + what;
  const auto messages =
      TRY(link->connection->request_many(subject, text_of(payload), most, timeout));
  std::vector<ServerAnswer> answers;
  for (const auto& message : messages) {
    const auto answer = Json::parse(message.data);
    if (!answer || error_in(*answer) || identity_of(*answer).id.empty()) continue;
    answers.push_back({identity_of(*answer), (*answer)["data"]});
  }
  return answers;
}

Result<ServerIdentity> SystemAccount::find(const std::string& name, base::nanoseconds timeout) {
  // Without exact_match, which 2.9 does not know, every server whose name contains this one
  // answers.
  const auto payload = Json::object({{"server_name", name}, {"exact_match", true}});
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (std::size_t wanted = 1;; ++wanted) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= base::nanoseconds(0)) break;
    const auto answers = TRY(ask_all("VARZ", payload, wanted, left));
    for (const auto& answer : answers) {
      if (answer.server.name == name) return answer.server;
    }
    if (answers.size() < wanted) break;
  }
  return Error(ErrorCode::not_found,
               fmt::format("no server named '{}' answers in the system account", name));
}

void SystemAccount::avoid(const std::string& server) {
  const std::lock_guard lock(state_->mutex);
  state_->avoided = server;
}

}  // namespace watch
