// What is measured of services, and requests that nobody answers.
#include "broker/accounts/sharing_check.h"
#include "broker/exchange/exchange.h"
#include "broker/exchange/service_latency.h"

#include <algorithm>

namespace broker {

namespace {

using base::Json;

constexpr int kNoReply = 400;
constexpr int kNobodyWaits = 408;
constexpr int kTooLate = 504;

constexpr base::nanoseconds kLeastPause = std::chrono::milliseconds(10);  // between two sweeps

// So many requests of other servers may wait to be measured here.
constexpr std::size_t kMostMeasuredElsewhere = 4096;

base::WallTime wall_now() {
  return std::chrono::system_clock::now();
}

}  // namespace

// Null: this request is not measured, or it cannot be and who serves was told so.
std::shared_ptr<const Measurement> Exchange::begin_measuring(const Send& send,
                                                             const Crossing& crossing) {
  if (!crossing.latency || hash_.empty() || send.publisher.requester == nullptr) return nullptr;
  const std::string_view headers = send.message.body.substr(0, send.message.header_bytes);
  auto asked = sampled(*crossing.latency, headers, send.worker.random());
  if (!asked) return nullptr;
  const auto disclosure =
      crossing.disclosure == Disclosure::everything ? Disclosure::everything : Disclosure::account;
  auto measured = std::make_shared<const Measurement>(
      Measurement{crossing.latency->subject,
                  send.publisher.requester->request_info(disclosure),
                  *std::move(asked),
                  wall_now()});
  if (!send.message.reply.empty()) return measured;
  tell_failed(send.worker, *crossing.to, {.measured = measured}, kNoReply);
  return nullptr;
}

// A responder at another server is measured there, too: both halves make one message.
void Exchange::tell_answered(const Send& send, const AwaitedAnswers::Request& request) {
  const Requester* responder = send.publisher.requester;
  const std::string info =
      responder != nullptr ? responder->request_info(Disclosure::everything) : std::string();
  const Json message = latency_answered(*request.measured, info, wall_now());
  const bool elsewhere = responder == nullptr && send.publisher.from == nullptr;
  if (!elsewhere)
    return tell_latency(send.worker, send.account, request.measured->subject, message);
  Json ours = message;
  ours.set("subject", request.measured->subject);
  const auto theirs =
      send.account.awaited_answers().meet(send.message.subject,
                                          AwaitedAnswers::Half::ours,
                                          ours.dump(),
                                          send.worker.loop().now() + request.threshold);
  if (!theirs) return sweep_later(send.worker, request.threshold);
  if (const auto half = Json::parse(*theirs)) {
    tell_latency(send.worker,
                 send.account,
                 request.measured->subject,
                 latency_merged(message, *half, wall_now()));
  }
}

void Exchange::hear_latency(Worker& worker, Account& account, const Json& half) {
  const auto ours = account.awaited_answers().meet(half["req_id"].text(),
                                                   AwaitedAnswers::Half::theirs,
                                                   half["m2"].dump(),
                                                   worker.loop().now() + kResponseThreshold);
  if (!ours) return sweep_later(worker, kResponseThreshold);
  if (const auto mine = Json::parse(*ours)) {
    tell_latency(
        worker, account, (*mine)["subject"].text(), latency_merged(*mine, half["m2"], wall_now()));
  }
}

void Exchange::tell_failed(Worker& worker,
                           Account& account,
                           const AwaitedAnswers::Request& request,
                           int status) {
  tell_latency(worker,
               account,
               request.measured->subject,
               latency_failed(*request.measured, status, wall_now()));
}

void Exchange::tell_latency(Worker& worker,
                            Account& account,
                            const std::string& subject,
                            const Json& message) {
  const std::string body = message.dump();
  publish(worker, account, {.subject = subject, .body = body}, {});
}

// Another server measures a request that we are about to hand on.
void Exchange::note_measured_request(const Send& send) {
  const auto shape = send.account.shape();
  const auto& services = shape->rules.service_exports;
  if (hash_.empty() || find_export(services, send.message.subject) == nullptr) return;
  const std::lock_guard lock(mutex_);
  if (measured_elsewhere_.size() >= kMostMeasuredElsewhere) measured_elsewhere_.clear();
  measured_elsewhere_[std::string(send.message.reply)] = wall_now();
}

// The answer to such a request leaves for that server: so does our half.
void Exchange::tell_measured_answer(const Send& send) {
  base::WallTime received;
  {
    const std::lock_guard lock(mutex_);
    const auto found = measured_elsewhere_.find(send.message.subject);
    if (found == measured_elsewhere_.end()) return;
    received = found->second;
    measured_elsewhere_.erase(found);
  }
  if (system_ == nullptr || send.publisher.requester == nullptr) return;
  const Json half = latency_half(send.account.name(),
                                 send.message.subject,
                                 send.publisher.requester->request_info(Disclosure::everything),
                                 received,
                                 wall_now());
  // Later: the answer that is being written to routes now comes first.
  send.worker.post([this, subject = latency_subject(send.message.subject), half](Worker& worker) {
    tell_latency(worker, *system_, subject, half);
  });
}

// The reply subject in the serving account.
std::string Exchange::expect_answer(Worker& worker,
                                    Account& serving,
                                    AwaitedAnswers::Request request) {
  open_answers(serving);
  Account& asking = *request.account;
  const std::string reply = request.reply;
  const base::nanoseconds threshold = request.threshold;
  const std::string ending = request.measured ? "." + hash_ + ".T" : std::string();
  std::string subject =
      serving.awaited_answers().expect(std::move(request), worker.loop().now(), ending);
  asking.open_requests().add(reply, {&serving, subject});
  sweep_later(worker, threshold);
  return subject;
}

std::optional<AwaitedAnswers::Request> Exchange::forget_answer(Account& serving,
                                                               std::string_view subject) {
  auto request = serving.awaited_answers().forget(subject);
  if (request) request->account->open_requests().remove(request->reply, subject);
  return request;
}

void Exchange::lose_interest(Worker& worker, Account& account, std::string_view subject) {
  if (account.open_requests().empty()) return;
  for (const std::string& reply : account.open_requests().replies(subject)) {
    if (!account.subscriptions().match(reply).empty()) continue;
    for (const auto& owed : account.open_requests().take(reply)) {
      const auto request = owed.by->awaited_answers().forget(owed.subject);
      if (request && request->measured) tell_failed(worker, *owed.by, *request, kNobodyWaits);
    }
  }
}

void Exchange::sweep_later(Worker& worker, base::nanoseconds after) {
  const base::Time at = worker.loop().now() + after;
  Worker::Sweep& next = worker.sweep();
  if (next.timer.is_running() && next.at <= at) return;
  next.at = at;
  next.timer.start(after, [this, &worker] { sweep(worker); });
}

void Exchange::sweep(Worker& worker) {
  std::vector<Account*> serving;
  {
    const std::lock_guard lock(mutex_);
    serving = serving_;
  }
  const base::Time now = worker.loop().now();
  std::optional<base::Time> next;
  for (Account* account : serving) {
    AwaitedAnswers& awaited = account->awaited_answers();
    for (const auto& [subject, request] : awaited.expire(now)) {
      request.account->open_requests().remove(request.reply, subject);
      if (request.measured) tell_failed(worker, *account, request, kTooLate);
    }
    const auto then = awaited.next_expiry();
    if (then) next = next ? std::min(*next, *then) : *then;
  }
  if (next) sweep_later(worker, std::max<base::nanoseconds>(*next - now, kLeastPause));
}

}  // namespace broker
