#include "broker/accounts/awaited_answers.h"

#include <algorithm>
#include <random>

namespace broker {

namespace {

constexpr std::size_t kPrefixLetters = 6;
constexpr std::size_t kReplyLetters = 12;

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
    : prefix_("_R_." + random_token(kPrefixLetters) + "."), filter_(prefix_ + ">") {}

std::string AwaitedAnswers::expect(Request request, base::Time now, std::string_view ending) {
  std::string subject = prefix_ + random_token(kReplyLetters);
  subject += ending;
  const base::Time until = now + request.threshold;
  const std::lock_guard lock(mutex_);
  waiting_[subject] = {std::move(request), until};
  return subject;
}

std::optional<AwaitedAnswers::Request> AwaitedAnswers::take(std::string_view subject,
                                                            bool last,
                                                            base::Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(std::string(subject));
  if (found == waiting_.end() || found->second.until < now) return std::nullopt;
  Request request = found->second.request;
  if (request.response == ResponseType::single || last) {
    waiting_.erase(found);
  } else {
    found->second.until = now + request.threshold;
  }
  return request;
}

std::optional<AwaitedAnswers::Request> AwaitedAnswers::forget(std::string_view subject) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(std::string(subject));
  if (found == waiting_.end()) return std::nullopt;
  Request request = std::move(found->second.request);
  waiting_.erase(found);
  return request;
}

std::vector<std::pair<std::string, AwaitedAnswers::Request>> AwaitedAnswers::expire(
    base::Time now) {
  std::vector<std::pair<std::string, Request>> expired;
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](auto& entry) {
    if (entry.second.until >= now) return false;
    expired.emplace_back(entry.first, std::move(entry.second.request));
    return true;
  });
  std::erase_if(halves_, [now](const auto& entry) { return entry.second.until < now; });
  return expired;
}

std::optional<base::Time> AwaitedAnswers::next_expiry() const {
  std::optional<base::Time> next;
  const auto consider = [&next](base::Time until) { next = next ? std::min(*next, until) : until; };
  const std::lock_guard lock(mutex_);
  for (const auto& [subject, waiting] : waiting_)
    consider(waiting.until);
  for (const auto& [subject, halves] : halves_)
    consider(halves.until);
  return next;
}

std::optional<std::string> AwaitedAnswers::meet(std::string_view subject,
                                                Half which,
                                                std::string json,
                                                base::Time until) {
  const std::string key(subject);
  const std::lock_guard lock(mutex_);
  const auto found = halves_.find(key);
  if (found == halves_.end()) {
    if (which == Half::theirs && !waiting_.contains(key)) return std::nullopt;
    auto& halves = halves_[key];
    (which == Half::ours ? halves.ours : halves.theirs) = std::move(json);
    halves.until = until;
    return std::nullopt;
  }
  std::string other = which == Half::ours ? found->second.theirs : found->second.ours;
  if (other.empty()) return std::nullopt;
  halves_.erase(found);
  return other;
}

}  // namespace broker
