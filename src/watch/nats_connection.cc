#include "watch/nats_connection.h"

#include "base/text.h"
#include "contract/nkey.h"
#include "contract/url.h"
#include "plan/nats_context.h"
#include "watch/secret.h"

#include <condition_variable>
#include <map>
#include <mutex>

#include <fmt/core.h>
#include <nats/nats.h>

namespace watch {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::int64_t to_millis(base::nanoseconds duration) {
  return std::max<std::int64_t>(1, std::chrono::ceil<base::milliseconds>(duration).count());
}

Error failed(natsStatus status, const std::string& doing) {
  auto code = ErrorCode::io;
  if (status == NATS_TIMEOUT) code = ErrorCode::timeout;
  if (status == NATS_NO_RESPONDERS) code = ErrorCode::not_found;
  if (status == NATS_CONNECTION_AUTH_FAILED) code = ErrorCode::refused;
  return {code, fmt::format("{}: {}", doing, natsStatus_GetText(status))};
}

// For people: a URL of theirs may hold a password.
std::string shown(const std::string& url) {
  const auto parsed = contract::Url::parse(url);
  return parsed ? parsed->redacted() : url.substr(url.rfind('@') + 1);
}

std::string shown(const std::vector<std::string>& urls) {
  std::vector<std::string> texts;
  for (const auto& url : urls)
    texts.push_back(shown(url));
  return base::join(texts, ", ");
}

using Options = std::unique_ptr<natsOptions, decltype(&natsOptions_Destroy)>;

Result<void> check(natsStatus status, const std::string& doing) {
  if (status != NATS_OK) return failed(status, doing);
  return {};
}

constexpr int kLoginsAgain = 2;

natsStatus sign(char**, unsigned char** signature, int* length, const char* nonce, void* seed) {
  return nats_Sign(static_cast<const std::string*>(seed)->c_str(), nonce, signature, length);
}

// `seed` is where the connection keeps the seed: it signs with it each time it connects.
Result<void> log_in(natsOptions* options, const plan::Access& given, std::string& seed) {
  const auto access = TRY(plan::with_context(given));
  if (!access.user.empty()) {
    const auto password = access.password.empty() ? std::string() : TRY(value_of(access.password));
    TRY(check(natsOptions_SetUserInfo(options, access.user.c_str(), password.c_str()), "user"));
  }
  if (!access.token.empty()) {
    const auto token = TRY(value_of(access.token));
    TRY(check(natsOptions_SetToken(options, token.c_str()), "token"));
  }
  if (!access.creds.empty()) {
    TRY(check(natsOptions_SetUserCredentialsFromFiles(options, access.creds.c_str(), nullptr),
              access.creds.string()));
  }
  if (!access.nkey.empty()) {
    const auto text = TRY(text_of(access.nkey));
    seed = TRY(contract::seed_in(text));
    const auto key = TRY(contract::public_nkey(seed));
    TRY(check(natsOptions_SetNKey(options, key.c_str(), sign, &seed), "nkey"));
  }
  if (!access.ca.empty() || !access.cert.empty()) {
    TRY(check(natsOptions_SetSecure(options, true), "TLS"));
  }
  if (!access.ca.empty()) {
    TRY(check(natsOptions_LoadCATrustedCertificates(options, access.ca.c_str()),
              access.ca.string()));
  }
  if (!access.cert.empty()) {
    TRY(check(natsOptions_LoadCertificatesChain(options, access.cert.c_str(), access.key.c_str()),
              access.cert.string()));
  }
  return {};
}

}  // namespace

struct NatsConnection::State {
  struct Handler {
    State& state;
    std::function<void(const Message&)> call;
    natsSubscription* subscription = nullptr;
  };

  struct Question {
    std::vector<Message> answers;
    bool nobody = false;  // there is nobody to answer
  };

  natsConnection* connection = nullptr;
  ConnectionEvents events;
  std::string seed;  // of its nkey

  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;                             // protected by mutex
  int busy = 0;                                    // subscriptions that may still call; likewise
  std::vector<std::unique_ptr<Handler>> handlers;  // likewise

  // Questions with many answers share one subscription that lives as long as the connection. With
  // one each, libnats 3.4.1 crashes when an answer comes while its subscription is destroyed: once
  // in some thousand questions whose last answers were not waited for.
  std::mutex inbox_mutex;
  std::string inbox;                          // "_INBOX.x", once it is subscribed; by inbox_mutex
  std::map<std::string, Question> questions;  // by the subject of their answers; protected by mutex
  std::uint64_t asked = 0;                    // likewise

  ~State() {
    if (!connection) return;
    natsConnection_Close(connection);
    {
      // libnats's threads may be in our callbacks: they come to their end before anything here
      // goes.
      std::unique_lock lock(mutex);
      changed.wait_for(lock, std::chrono::seconds(10), [&] { return closed && busy == 0; });
    }
    for (auto& handler : handlers)
      natsSubscription_Destroy(handler->subscription);
    natsConnection_Destroy(connection);
  }

  static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    const char* reply = natsMsg_GetReply(message);
    static_cast<Handler*>(closure)->call(
        {natsMsg_GetSubject(message),
         reply ? reply : "",
         {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))},
         natsMsg_IsNoResponders(message)});
    natsMsg_Destroy(message);
  }

  // An answer that nobody waits for any more is dropped.
  void take_answer(const Message& message) {
    const std::lock_guard lock(mutex);
    const auto question = questions.find(message.subject);
    if (question == questions.end()) return;
    if (message.no_responders) {
      question->second.nobody = true;
    } else {
      question->second.answers.push_back(message);
    }
    changed.notify_all();
  }

  // The subject for the answers to one more question.
  std::string add_question() {
    const std::lock_guard lock(mutex);
    auto reply = fmt::format("{}.{}", inbox, ++asked);
    questions[reply];
    return reply;
  }

  static void on_complete(void* closure) {
    auto& state = static_cast<Handler*>(closure)->state;
    const std::lock_guard lock(state.mutex);
    --state.busy;
    state.changed.notify_all();
  }

  static void on_closed(natsConnection*, void* closure) {
    auto& state = *static_cast<State*>(closure);
    state.events.closed();
    const std::lock_guard lock(state.mutex);
    state.closed = true;
    state.changed.notify_all();
  }

  static void on_lame_duck(natsConnection*, void* closure) {
    static_cast<State*>(closure)->events.lame_duck();
  }

  static void on_disconnected(natsConnection*, void* closure) {
    static_cast<State*>(closure)->events.disconnected();
  }

  static void on_reconnected(natsConnection*, void* closure) {
    static_cast<State*>(closure)->events.reconnected();
  }

  Result<void> set_up(natsOptions* options, const ConnectSettings& settings) {
    std::vector<const char*> servers;
    for (const auto& server : settings.servers)
      servers.push_back(server.c_str());
    TRY(check(natsOptions_SetServers(options, servers.data(), static_cast<int>(servers.size())),
              shown(settings.servers)));
    natsOptions_SetName(options, settings.name.c_str());
    natsOptions_SetTimeout(options, to_millis(settings.timeout));
    natsOptions_SetClosedCB(options, on_closed, this);
    natsOptions_SetLameDuckModeCB(options, on_lame_duck, this);
    natsOptions_SetDisconnectedCB(options, on_disconnected, this);
    natsOptions_SetReconnectedCB(options, on_reconnected, this);
    if (settings.reconnect == ConnectSettings::Reconnect::none) {
      natsOptions_SetAllowReconnect(options, false);
      natsOptions_SetIgnoreDiscoveredServers(options, true);
    }
    if (settings.reconnect == ConnectSettings::Reconnect::forever) {
      natsOptions_SetMaxReconnect(options, -1);
    }
    return log_in(options, settings.access, seed);
  }
};

NatsConnection::NatsConnection(std::unique_ptr<State> state) : state_(std::move(state)) {}

NatsConnection::~NatsConnection() = default;

Result<std::unique_ptr<NatsConnection>> NatsConnection::open(const ConnectSettings& settings) {
  natsOptions* made = nullptr;
  TRY(check(natsOptions_Create(&made), "options of a connection"));
  const Options options(made, natsOptions_Destroy);
  auto state = std::make_unique<State>();
  state->events = settings.events;
  TRY(state->set_up(options.get(), settings));
  natsConnection* connection = nullptr;
  auto status = natsConnection_Connect(&connection, options.get());
  // With libnats 3.4.1 one login by a key in some three hundred is refused, by nats-server 2.9.10
  // as by nats-broker, and whoever signs: the next one has another nonce to sign.
  const auto access = plan::with_context(settings.access);
  const bool signs = !state->seed.empty() || (access && !access->creds.empty());
  for (int again = 0; signs && again < kLoginsAgain && status == NATS_CONNECTION_AUTH_FAILED;
       ++again) {
    status = natsConnection_Connect(&connection, options.get());
  }
  if (status != NATS_OK) return failed(status, shown(settings.servers));
  state->connection = connection;
  return std::unique_ptr<NatsConnection>(new NatsConnection(std::move(state)));
}

Result<void> NatsConnection::publish(const std::string& subject,
                                     std::string_view data,
                                     const std::string& reply) {
  const auto size = static_cast<int>(data.size());
  auto* connection = state_->connection;
  const auto status = reply.empty()
                          ? natsConnection_Publish(connection, subject.c_str(), data.data(), size)
                          : natsConnection_PublishRequest(
                                connection, subject.c_str(), reply.c_str(), data.data(), size);
  return check(status, "publish to " + subject);
}

Result<void> NatsConnection::flush(base::nanoseconds timeout) {
  return check(natsConnection_FlushTimeout(state_->connection, to_millis(timeout)), "flush");
}

Result<void> NatsConnection::subscribe(const std::string& subject,
                                       const std::string& queue,
                                       std::function<void(const Message&)> handler) {
  auto kept = std::make_unique<State::Handler>(State::Handler{*state_, std::move(handler)});
  auto& place = *kept;
  const std::lock_guard lock(state_->mutex);
  state_->handlers.push_back(std::move(kept));
  const auto status =
      queue.empty()
          ? natsConnection_Subscribe(
                &place.subscription, state_->connection, subject.c_str(), State::on_message, &place)
          : natsConnection_QueueSubscribe(&place.subscription,
                                          state_->connection,
                                          subject.c_str(),
                                          queue.c_str(),
                                          State::on_message,
                                          &place);
  if (status != NATS_OK) {
    state_->handlers.pop_back();
    return failed(status, "subscribe to " + subject);
  }
  if (natsSubscription_SetOnCompleteCB(place.subscription, State::on_complete, &place) == NATS_OK) {
    ++state_->busy;
  }
  return {};
}

Result<Message> NatsConnection::request(const std::string& subject,
                                        std::string_view data,
                                        base::nanoseconds timeout) {
  natsMsg* reply = nullptr;
  TRY(check(natsConnection_Request(&reply,
                                   state_->connection,
                                   subject.c_str(),
                                   data.data(),
                                   static_cast<int>(data.size()),
                                   to_millis(timeout)),
            "request to " + subject));
  Message message{natsMsg_GetSubject(reply),
                  {},
                  {natsMsg_GetData(reply), static_cast<std::size_t>(natsMsg_GetDataLength(reply))}};
  natsMsg_Destroy(reply);
  return message;
}

Result<void> NatsConnection::open_inbox() {
  const std::lock_guard lock(state_->inbox_mutex);
  if (!state_->inbox.empty()) return {};
  natsInbox* made = nullptr;
  TRY(check(natsInbox_Create(&made), "a subject for answers"));
  const std::unique_ptr<natsInbox, decltype(&natsInbox_Destroy)> inbox(made, natsInbox_Destroy);
  TRY(subscribe(fmt::format("{}.*", inbox.get()),
                {},
                [state = state_.get()](const Message& message) { state->take_answer(message); }));
  state_->inbox = inbox.get();
  return {};
}

Result<std::vector<Message>> NatsConnection::request_many(const std::string& subject,
                                                          std::string_view data,
                                                          std::size_t most,
                                                          base::nanoseconds timeout) {
  const auto doing = "request to " + subject;
  TRY(open_inbox());
  const auto reply = state_->add_question();
  const auto sent = publish(subject, data, reply);
  std::unique_lock lock(state_->mutex);
  auto& question = state_->questions.at(reply);
  if (sent) {
    state_->changed.wait_for(lock, timeout, [&] {
      return state_->closed || question.nobody || question.answers.size() >= most;
    });
  }
  auto [answers, nobody] = std::move(question);
  state_->questions.erase(reply);
  if (!sent) return sent.error();
  if (nobody) return failed(NATS_NO_RESPONDERS, doing);
  if (state_->closed && answers.size() < most) return failed(NATS_CONNECTION_CLOSED, doing);
  if (answers.size() > most) answers.resize(most);
  return answers;
}

std::string NatsConnection::server() const {
  char url[256] = {};
  return natsConnection_GetConnectedUrl(state_->connection, url, sizeof url) == NATS_OK
             ? shown(url)
             : std::string();
}

void NatsConnection::drain(base::nanoseconds timeout) {
  if (natsConnection_DrainTimeout(state_->connection, to_millis(timeout)) == NATS_OK) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, timeout, [this] { return state_->closed; });
  }
  close();
}

void NatsConnection::close() {
  natsConnection_Close(state_->connection);
}

std::string client_url(const plan::Address& address) {
  return fmt::format(
      "nats://{}:{}",
      address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]",
      address.port);
}

}  // namespace watch
