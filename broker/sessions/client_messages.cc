#include "base/log.h"
#include "broker/sessions/client_session.h"
#include "broker/subjects/subject.h"

#include <array>

#include <fmt/format.h>

namespace broker {

namespace {

// So many subjects' answers are remembered. Source: nats-server server/client.go
// (maxPermCacheSize), which keeps 128 and searches them; a table may hold more.
constexpr std::size_t kMostAnswers = 1024;

constexpr std::string_view kGatewayReplies = "_GR_.";

// What servers put before a reply subject when they pass a request on: no client may pretend to.
// Source: nats-server server/client.go (isReservedReply)
constexpr std::array<std::string_view, 3> kReservedReplies = {"_R_.", "$JS.ACK.", kGatewayReplies};

bool is_reserved_reply(std::string_view reply) {
  for (const std::string_view prefix : kReservedReplies) {
    if (reply.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

void ClientSession::on_publish(const Operation& operation) {
  const std::size_t bytes = operation.body.size();
  ++state_.traffic.in_messages;
  state_.traffic.in_bytes += bytes;
  Traffic& total = worker().counters().total;
  ++total.in_messages;
  total.in_bytes += bytes;

  if (operation.verb == Verb::hpub && !takes_headers()) {
    base::log::error("{} - message headers not supported", label());
    return close(CloseReason::msg_header_violation);
  }
  std::string mapped;
  std::string_view subject = operation.subject;
  if (mappings_ != nullptr) [[unlikely]] {
    if (auto elsewhere = clients_.exchange().map(*mappings_, subject, worker())) {
      subject = mapped = *std::move(elsewhere);
      if (traced())
        base::log::trace("{} - <<- [MAPPING {} -> {}]", label(), operation.subject, subject);
    }
  }
  if (!check_publish(operation, subject)) return;
  if (connect_.verbose) write(kOk);

  const Outgoing message{subject, operation.reply, operation.body, operation.header_bytes};
  const Publisher publisher{destination().get(), connect_.echo, this};
  const unsigned receivers =
      clients_.exchange().publish(worker(), *identity_.account, message, publisher);
  if (receivers == 0 && connect_.no_responders && !operation.reply.empty())
    answer_no_responders(operation);
}

// False, and the client knows why, when the message is not to be delivered. `subject` is where the
// account's mappings send it: permissions are about that one, as seen on 2.9, 2.10 and 2.15.
bool ClientSession::check_publish(const Operation& operation, std::string_view subject) {
  // The warning does not stop the message: checked on 2.9.10 and 2.10.27.
  if (connect_.pedantic && !is_literal_subject(operation.subject))
    write_err("Invalid Publish Subject");
  if (!may_publish(subject)) {
    base::log::error(
        "{} - Publish Violation - {}Subject \"{}\"",
        label(),
        identity_.user.empty() ? std::string() : fmt::format("User \"{}\", ", identity_.user),
        subject);
    write_err(fmt::format("Permissions Violation for Publish to \"{}\"", subject));
    return false;
  }
  if (!operation.reply.empty() && is_reserved_reply(operation.reply)) {
    write_err(
        fmt::format("Permissions Violation for Publish with Reply of \"{}\"", operation.reply));
    return false;
  }
  return true;
}

bool ClientSession::may_publish(std::string_view subject) {
  if (subject.starts_with(kGatewayReplies)) return false;
  if (identity_.permissions == nullptr) return true;
  const auto found = publish_answers_.find(subject);
  if (found != publish_answers_.end() && found->second) return true;
  bool allowed = false;
  if (found == publish_answers_.end()) {
    allowed = identity_.permissions->may_publish(subject);
    if (publish_answers_.size() >= kMostAnswers) publish_answers_.clear();
    publish_answers_.emplace(std::string(subject), allowed);
  }
  if (!allowed && destination()->reply_permits != nullptr) {
    return destination()->reply_permits->use(subject, worker().loop().now());
  }
  return allowed;
}

// Tells the publisher itself, on its own subscription to the reply, that nobody took the request.
void ClientSession::answer_no_responders(const Operation& operation) {
  const Match& match = worker().matches(*identity_.account).find(operation.reply);
  for (const SubscriptionPtr& subscription : match.plain) {
    if (subscription->to != destination() || subscription->closed) continue;
    const Outgoing answer{operation.reply, {}, kNoRespondersHeader, kNoRespondersHeader.size()};
    const std::size_t bound = message_bound(answer, subscription->sid.size());
    Chunk& chunk = outgoing(bound);
    char* const begin = chunk.reserve(bound);
    const auto size = static_cast<std::size_t>(write_msg(begin, answer, subscription->sid) - begin);
    if (traced())
      trace_out(std::string_view(begin, size).substr(0, std::string_view(begin, size).find('\r')));
    chunk.advance(size);
    return;
  }
}

void ClientSession::on_batch_end() {
  if (worker().outbox().take_congestion()) pace();
}

}  // namespace broker
