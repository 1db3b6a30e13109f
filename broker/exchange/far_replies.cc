// Requests of other clusters on their way to our clients, and the answers on their way back.
#include "broker/exchange/delivery.h"
#include "broker/exchange/exchange.h"
#include "broker/exchange/service_latency.h"

namespace broker {

namespace {

// Replies to requests that went into another account: nobody else waits for them.
constexpr std::string_view kAnswersOfServices = "_R_.";

}  // namespace

// A request with a routed reply: whoever is to answer sees what was asked for.
bool Exchange::deliver_far_request(const Send& send, const SubscriptionPtr& subscription) {
  const auto routed = read_routed_reply(send.message.reply);
  Outgoing message = send.message;
  message.reply = routed ? routed->subject : std::string_view();
  const auto& routes = subscription->to->reply_routes;
  if (routed && routes != nullptr)
    routes->remember(routed->subject, send.message.reply, send.worker.loop().now());
  return deliver({send.worker, send.account, message, send.publisher, send.arrival}, subscription);
}

// An answer to such a request: it goes to the cluster that asked, and to our hub, which may know
// the way there; nobody here hears it.
unsigned Exchange::answer_far(const Send& send, std::string_view routed) {
  if (is_measured_reply(send.message.subject)) tell_measured_answer(send);
  Outgoing message = send.message;
  message.subject = routed;
  const Send answer{send.worker, send.account, message, send.publisher};
  Match servers;
  servers.leafs = send.worker.matches(send.account).find(routed).leafs;
  unsigned receivers = !servers.leafs.empty() ? spread(answer, servers) : 0;
  if (gateways_ != nullptr) receivers += leave(answer);
  // As nats-server does, even when the way is gone: the request was taken.
  return std::max(receivers, 1U);
}

// An answer from another cluster, by a gateway or by the server of ours that has the gateway.
unsigned Exchange::take_far_answer(const Send& send, const RoutedReply& routed) {
  if (!far_.is_our_cluster(routed)) return 0;
  if (send.arrival->by.kind == Destination::Kind::gateway && !far_.is_this_server(routed)) {
    if (const auto route = far_.server(routed.server))
      return write_to_server(send.worker, route, send.message, {.account = send.account.name()})
                 ? 1
                 : 0;
  }
  Outgoing message = send.message;
  message.subject = routed.subject;
  const Publisher nobody;
  const Send answer{send.worker, send.account, message, nobody};
  const Match& match = send.worker.matches(send.account).find(message.subject);
  unsigned receivers = 0;
  for (const SubscriptionPtr& subscription : match.plain)
    receivers += deliver(answer, subscription) ? 1 : 0;
  if (match.beyond != Match::Beyond::nothing) receivers += spread(answer, match);
  if (gateways_ != nullptr && !message.subject.starts_with(kAnswersOfServices))
    receivers += leave(answer);
  send.worker.served().clear();
  if (match.crossings.empty()) return receivers;
  return receivers + cross(answer, match.crossings, Cross::answers);
}

}  // namespace broker
