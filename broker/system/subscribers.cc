#include "broker/system/subscribers.h"

#include "base/base64.h"
#include "base/text.h"
#include "broker/protocol/headers.h"
#include "broker/protocol/scan.h"
#include "broker/subjects/subject.h"

namespace broker {

namespace {

using base::Json;

constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr std::size_t kInboxLetters = 8;

bool is_of_client(const Subscription& subscription) {
  return subscription.to != nullptr && subscription.to->kind == Destination::Kind::client;
}

std::int64_t count_in(Account& account, const std::string& subject, const std::string& queue) {
  const bool literal = is_literal_subject(subject);
  std::int64_t count = 0;
  account.subscriptions().for_each([&](const Subscription& subscription) {
    if (!is_of_client(subscription) || (!queue.empty() && subscription.queue != queue)) return;
    const bool meant =
        literal ? matches(subscription.subject, subject) : covers(subject, subscription.subject);
    count += meant ? 1 : 0;
  });
  return count;
}

// The account that a request is about: the requester's, or the system account itself.
Account* account_of(Server& server, const Asked& asked) {
  const auto requester = Json::parse(find_header(asked.headers, "Nats-Request-Info"));
  if (!requester || (*requester)["acc"].text().empty()) return &server.accounts().system();
  return server.accounts().find((*requester)["acc"].text());
}

}  // namespace

SubscriberSurvey::SubscriberSurvey(Server& server)
    : server_(server),
      prefix_("$SYS._INBOX." + random_token(kInboxLetters) + "."),
      inbox_(prefix_ + "*") {}

void SubscriberSurvey::begin(const Asked& asked) {
  Account* account = account_of(server_, asked);
  if (account == nullptr || asked.reply.empty()) return;
  std::string_view rest = asked.payload;
  const std::string subject(take_token(rest));
  const std::string queue(take_token(rest));
  auto open =
      std::make_unique<Open>(server_.control(), asked.reply, count_in(*account, subject, queue));
  if (const Cluster* cluster = server_.cluster()) open->missing = cluster->state().remotes;
  const std::string token = prefix_ + random_token(kInboxLetters);
  Open& mine = *(open_[token] = std::move(open));
  if (mine.missing == 0) return finish(token);
  mine.patience.start(kPatience, [this, token] { finish(token); });
  Json question = Json::object({{"acc", account->name()}, {"subject", subject}});
  // A queue is bytes in Go, which its JSON writes in base64.
  if (!queue.empty()) question.set("queue", base::to_base64(queue));
  server_.internal().publish(server_.accounts().system(),
                             {"$SYS.REQ.ACCOUNT.NSUBS", token, question.dump()});
}

void SubscriberSurvey::hear(const Asked& answer) {
  const auto found = open_.find(answer.subject);
  const auto count = base::parse_int(answer.payload);
  if (found == open_.end() || !count) return;
  found->second->count += *count;
  if (--found->second->missing == 0) finish(answer.subject);
}

void SubscriberSurvey::finish(const std::string& subject) {
  const auto found = open_.find(subject);
  if (found == open_.end()) return;
  server_.internal().publish(server_.accounts().system(),
                             {found->second->reply, {}, std::to_string(found->second->count)});
  open_.erase(found);
}

std::string SubscriberSurvey::answer_other(const Asked& asked) const {
  const auto question = Json::parse(asked.payload);
  if (!question) return {};
  Account* account = server_.accounts().find((*question)["acc"].text());
  if (account == nullptr || account->clients() == 0) return {};
  const auto queue = base::from_base64((*question)["queue"].text());
  return std::to_string(
      count_in(*account, (*question)["subject"].text(), queue ? *queue : std::string{}));
}

}  // namespace broker
