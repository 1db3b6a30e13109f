#include "broker/accounts/awaited_answers.h"

#include <algorithm>
#include <random>

namespace broker {

namespace {

constexpr std::size_t kPrefixLetters = 6;
constexpr std::size_t kReplyLetters = 12;

// With so many waiting, those whose time is over are looked for.
constexpr std::size_t kFirstTidying = 1024;

}  // namespace

std::string random_token(std::size_t length) {
  static constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  thread_local std::mt19937_64 random{std::random_device()()};
  std::uniform_int_distribution<std::size_t> digit(0, kDigits.size() - 1);
  std::string token;
  for (std::size_t i = 0; i < length; ++i)
    token += kDigits[digit(random)];
  return token;
}

AwaitedAnswers::AwaitedAnswers()
    : prefix_("_R_." + random_token(kPrefixLetters) + "."),
      filter_(prefix_ + ">"),
      tidy_at_(kFirstTidying) {}

std::string AwaitedAnswers::expect(Request request, base::Time now) {
  std::string subject = prefix_ + random_token(kReplyLetters);
  const base::Time until = now + request.threshold;
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= tidy_at_) {
    std::erase_if(waiting_, [now](const auto& entry) { return entry.second.until < now; });
    tidy_at_ = std::max(kFirstTidying, 2 * waiting_.size());
  }
  waiting_[subject] = {std::move(request), until};
  return subject;
}

std::optional<AwaitedAnswers::Request> AwaitedAnswers::take(std::string_view subject,
                                                            bool last,
                                                            base::Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(std::string(subject));
  if (found == waiting_.end()) return std::nullopt;
  if (found->second.until < now) {
    waiting_.erase(found);
    return std::nullopt;
  }
  Request request = found->second.request;
  if (request.response == ResponseType::single || last) {
    waiting_.erase(found);
  } else {
    found->second.until = now + request.threshold;
  }
  return request;
}

void AwaitedAnswers::forget(std::string_view subject) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(std::string(subject));
}

}  // namespace broker
