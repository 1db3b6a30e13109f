// Messages on their way into other accounts, and the answers on their way back.
#include "base/json.h"
#include "broker/exchange/exchange.h"
#include "broker/protocol/headers.h"

namespace broker {

namespace {

using base::Json;

constexpr std::string_view kRequestInfo = "Nats-Request-Info";

// An acknowledgement's subject says more than where it is to go: nobody may rename it.
constexpr std::string_view kAcknowledgement = "$JS.ACK.";

// From account to account to account: beyond this it is a circle.
constexpr int kMostCrossings = 8;

// What a measurement says of a request that reached nobody.
constexpr int kNobodyServes = 503;

// A service that a message has passed already, or too many of them.
bool goes_in_circles(const Publisher& publisher, const Crossing& crossing) {
  int passed = 0;
  for (const Publisher* each = &publisher; each != nullptr && each->by != nullptr;
       each = each->before) {
    const bool same = each->by->from != nullptr && each->by->to == crossing.to &&
                      each->by->service == crossing.service;
    if (same || ++passed >= kMostCrossings) return true;
  }
  return false;
}

// What the next account is told of who asks. An account in the middle adds its name, and what the
// one before it kept to itself it cannot tell.
std::string info_for(const Requester& requester,
                     const Crossing& crossing,
                     const Crossing* before,
                     std::string_view headers) {
  if (before == nullptr) return requester.request_info(crossing.disclosure);
  auto told = Json::parse(find_header(headers, kRequestInfo));
  if (!told) told = Json::parse(requester.request_info(before->disclosure));
  Json info = Json::object();
  for (const auto& [name, value] : told->fields()) {
    info.set(name, value);
    if (name == "acc") info.set("svc", crossing.from->name());
  }
  if (before->disclosure != Disclosure::everything && crossing.disclosure != Disclosure::account) {
    const auto more = Json::parse(requester.request_info(Disclosure::account_and_server));
    for (const char* name : {"server", "cluster"}) {
      if (const Json* field = more ? more->find(name) : nullptr) info.set(name, *field);
    }
  }
  return info.dump();
}

}  // namespace

// `crossings` are the caller's own: what crosses is published anew, and may push the match they
// came from out of its cache. NOLINTNEXTLINE(performance-unnecessary-value-param)
unsigned Exchange::cross(const Send& send, std::vector<SubscriptionPtr> crossings, Cross which) {
  unsigned receivers = 0;
  for (const SubscriptionPtr& subscription : crossings) {
    if (subscription->closed.load(std::memory_order_relaxed)) continue;
    const Crossing& crossing = *subscription->crossing;
    if (crossing.from == nullptr) {
      receivers += cross_answer(send, crossing);
    } else if (which == Cross::all) {
      receivers += cross_request(send, crossing);
    }
  }
  return receivers;
}

unsigned Exchange::cross_request(const Send& send, const Crossing& crossing) {
  if (goes_in_circles(send.publisher, crossing)) return 0;
  std::string reply(send.message.reply);
  const bool renamed = !reply.empty() && !reply.starts_with(kAcknowledgement);
  const auto measured = begin_measuring(send, crossing);
  if (renamed) {
    reply = expect_answer(
        send.worker,
        *crossing.to,
        {crossing.from, std::move(reply), crossing.response, crossing.threshold, measured});
  }
  Outgoing message = send.message;
  message.reply = reply;
  std::string subject;
  if (crossing.outward) {
    message.subject = subject = crossing.outward->apply(message.subject);
  } else if (!crossing.subject.empty()) {
    message.subject = crossing.subject;
  }
  HeadedBody told;
  if (const Requester* requester = send.publisher.requester) {
    const std::string_view headers = message.body.substr(0, message.header_bytes);
    told = with_header(message.body,
                       message.header_bytes,
                       kRequestInfo,
                       info_for(*requester, crossing, send.publisher.by, headers));
    message.body = told.bytes;
    message.header_bytes = told.header_bytes;
  }
  const unsigned receivers = publish_there(send, *crossing.to, message, crossing);
  if (receivers > 0 || !renamed) return receivers;
  const auto request = forget_answer(*crossing.to, reply);
  if (request && request->measured) tell_failed(send.worker, *crossing.to, *request, kNobodyServes);
  return 0;
}

unsigned Exchange::cross_answer(const Send& send, const Crossing& crossing) {
  const bool last = send.message.body.empty();
  AwaitedAnswers& owed = send.account.awaited_answers();
  const auto request = owed.take(send.message.subject, last, send.worker.loop().now());
  if (!request) return 0;
  if (last || request->response == ResponseType::single)
    request->account->open_requests().remove(request->reply, send.message.subject);
  if (request->measured) tell_answered(send, *request);
  Outgoing message = send.message;
  message.subject = request->reply;
  // Who answers may want an answer himself.
  std::string reply(message.reply);
  const bool renamed = !reply.empty() && !reply.starts_with(kAcknowledgement);
  if (renamed) {
    reply = expect_answer(send.worker,
                          *request->account,
                          {&send.account, std::move(reply), request->response, request->threshold});
    message.reply = reply;
  }
  const unsigned receivers = publish_there(send, *request->account, message, crossing);
  if (receivers > 0) return receivers;
  // Nobody is there any more: what else may come has nowhere to go.
  forget_answer(send.account, send.message.subject);
  if (renamed) forget_answer(*request->account, reply);
  return 0;
}

// As someone of that account would publish it: its mappings hold.
unsigned Exchange::publish_there(const Send& send,
                                 Account& to,
                                 Outgoing message,
                                 const Crossing& crossing) {
  std::string mapped;
  if (const auto mappings = to.shape()->mappings) {
    if (auto elsewhere = map(*mappings, message.subject, send.worker))
      message.subject = mapped = *std::move(elsewhere);
  }
  Publisher publisher = send.publisher;
  publisher.by = &crossing;
  publisher.before = &send.publisher;
  return publish(send.worker, to, message, publisher);
}

bool Exchange::deliver_imported(const Send& send, const SubscriptionPtr& subscription) {
  if (send.publisher.by != nullptr) return false;
  const std::string subject = subscription->imported->translate(send.message.subject);
  Outgoing message = send.message;
  message.subject = subject;
  return deliver_here({send.worker, send.account, message, send.publisher}, subscription);
}

// Once for each account that serves others: its reply subjects lead to us, also over routes.
void Exchange::open_answers(Account& account) {
  account.awaited_answers().open([&] {
    auto subscription = std::make_shared<Subscription>();
    subscription->subject = account.awaited_answers().filter();
    subscription->crossing = std::make_shared<const Crossing>(Crossing{.to = &account});
    subscribe(account, subscription);
    const std::lock_guard lock(mutex_);
    serving_.push_back(&account);
  });
}

}  // namespace broker
