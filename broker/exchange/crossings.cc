// Messages on their way into other accounts, and the answers on their way back.
#include "broker/exchange/exchange.h"
#include "broker/protocol/headers.h"

namespace broker {

namespace {

constexpr std::string_view kRequestInfo = "Nats-Request-Info";

// From account to account to account: beyond this it is a circle.
constexpr int kMostCrossings = 8;

}  // namespace

// `crossings` are the caller's own: what crosses is published anew, and may push the match they
// came from out of its cache. NOLINTNEXTLINE(performance-unnecessary-value-param)
unsigned Exchange::cross(const Send& send, std::vector<SubscriptionPtr> crossings, Cross which) {
  unsigned receivers = 0;
  for (const SubscriptionPtr& subscription : crossings) {
    if (subscription->closed.load(std::memory_order_relaxed)) continue;
    const Crossing& crossing = *subscription->crossing;
    if (crossing.from == nullptr) {
      receivers += cross_answer(send);
    } else if (which == Cross::all) {
      receivers += cross_request(send, crossing);
    }
  }
  return receivers;
}

unsigned Exchange::cross_request(const Send& send, const Crossing& crossing) {
  if (send.publisher.crossed >= kMostCrossings) return 0;
  AwaitedAnswers& awaited = crossing.to->awaited_answers();
  std::string reply;
  if (!send.message.reply.empty()) {
    open_answers(*crossing.to);
    reply = awaited.expect(
        {crossing.from, std::string(send.message.reply), crossing.response, crossing.threshold},
        send.worker.loop().now());
  }
  Outgoing message = send.message;
  if (!crossing.subject.empty()) message.subject = crossing.subject;
  message.reply = reply;
  HeadedBody told;
  if (send.publisher.requester != nullptr && send.publisher.crossed == 0) {
    told = with_header(message.body,
                       message.header_bytes,
                       kRequestInfo,
                       send.publisher.requester->request_info(crossing.disclosure));
    message.body = told.bytes;
    message.header_bytes = told.header_bytes;
  }
  Publisher publisher = send.publisher;
  ++publisher.crossed;
  const unsigned receivers = publish(send.worker, *crossing.to, message, publisher);
  if (receivers == 0 && !reply.empty()) awaited.forget(reply);
  return receivers;
}

unsigned Exchange::cross_answer(const Send& send) {
  const bool last = send.message.body.empty();
  const auto request =
      send.account.awaited_answers().take(send.message.subject, last, send.worker.loop().now());
  if (!request) return 0;
  Outgoing message = send.message;
  message.subject = request->reply;
  Publisher publisher = send.publisher;
  ++publisher.crossed;
  return publish(send.worker, *request->account, message, publisher);
}

// Once for each account that serves others: its reply subjects lead to us, also over routes.
void Exchange::open_answers(Account& account) {
  account.awaited_answers().open([&] {
    auto subscription = std::make_shared<Subscription>();
    subscription->subject = account.awaited_answers().filter();
    subscription->crossing = std::make_shared<const Crossing>(Crossing{.to = &account});
    subscribe(account, subscription);
  });
}

}  // namespace broker
