#include "broker/system/claims.h"

#include "base/log.h"
#include "base/text.h"
#include "broker/system/claims_answers.h"
#include "contract/nkey.h"

namespace broker {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;

constexpr std::size_t kClaimsInboxLetters = 8;
constexpr std::size_t kTokenLetters = 12;
constexpr base::nanoseconds kSyncInterval = std::chrono::minutes(1);
constexpr base::nanoseconds kTidyInterval = std::chrono::minutes(1);
constexpr base::nanoseconds kSystemInterval = std::chrono::seconds(1);

FolderResolver& folder_in(const TrustedAccounts& trusted) {
  return *ClaimsFolder::folder_of(&trusted);
}

// What a server says that keeps all JWTs, and one that caches some.
struct Words {
  const char* done;
  const char* failed;
  const char* invalid;
};

constexpr Words kFull = {"jwt updated", "jwt update resulted in error", "jwt validation failed"};
constexpr Words kCache = {"jwt updated cache",
                          "jwt update cache resulted in error",
                          "jwt update cache validation failed"};

}  // namespace

Reply update_claims(const Desk& desk, const Asked& asked) {
  const std::string key = claimed_account(asked.subject);
  const std::string wrong = "jwt update resulted in error";
  if (asked.payload.empty()) {
    return claims_refused(desk, key, "jwt update error", "request body is empty");
  }
  const auto claims = decode_account(asked.payload);
  if (!claims) return claims_refused(desk, key, wrong, claims.error().what);
  if (claims->claims.subject != key) {
    return claims_refused(desk, key, wrong, "subject does not match jwt content");
  }
  Account* account = desk.server.accounts().find(key);
  const auto trusted = desk.server.trusted();
  if (account == nullptr || trusted == nullptr)
    return claims_taken(desk, key, "jwt update skipped");
  if (const auto updated = trusted->update(*account, asked.payload); !updated) {
    return claims_refused(desk, key, wrong, updated.error().what);
  }
  return claims_taken(desk, key, "jwt updated");
}

FolderResolver* ClaimsFolder::folder_of(const TrustedAccounts* trusted) {
  return trusted == nullptr ? nullptr : dynamic_cast<FolderResolver*>(trusted->resolver());
}

ClaimsFolder::ClaimsFolder(const Desk& desk, std::shared_ptr<TrustedAccounts> trusted)
    : desk_(desk),
      trusted_(std::move(trusted)),
      resolver_(folder_in(*trusted_)),
      prefix_("$SYS._INBOX." + random_token(kClaimsInboxLetters) + "."),
      sync_(desk.server.control()),
      tidy_(desk.server.control()),
      system_(desk.server.control()) {
  desk_.server.internal().subscribe(desk_.server.accounts().system(),
                                    prefix_ + "*",
                                    Reach::everywhere,
                                    [this](const Received& message) { hear(message); });
  resolver_.when_missing([this](const std::string& account) { return ask(account); });
  resolver_.when_changed([this](const std::string& account) { changed(account); });
}

ClaimsFolder::~ClaimsFolder() {
  resolver_.when_missing({});
  resolver_.when_changed({});
}

void ClaimsFolder::start() {
  base::log::info("Managing {} jwt in exclusive directory {}",
                  is_full() ? "all" : "some",
                  resolver_.folder().folder().string());
  tick();
  tidy_.start(kTidyInterval, [this] { start_tidying(); });
  find_system_account();
}

void ClaimsFolder::stop() {
  sync_.stop();
  tidy_.stop();
  system_.stop();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  heard_.notify_all();
}

// Others are told what we have, and those that have something else say what they have.
void ClaimsFolder::tick() {
  if (!is_full()) return;
  const auto& settings = resolver_.settings();
  const auto interval = settings.interval.count() > 0 ? settings.interval : kSyncInterval;
  sync_.start(interval, [this] {
    say("$SYS.REQ.CLAIMS.PACK", prefix_ + "pack", resolver_.folder().digest());
    tick();
  });
}

void ClaimsFolder::start_tidying() {
  resolver_.folder().tidy();
  tidy_.start(kTidyInterval, [this] { start_tidying(); });
}

// A server whose folder lacks the system account begins without its JWT and asks others for it.
void ClaimsFolder::find_system_account() {
  Account& system = desk_.server.accounts().system();
  const auto known = system.claims();
  if (known == nullptr || !known->token.empty()) return;
  base::log::info("Using bootstrapping system account");
  look_for_system_account();
}

void ClaimsFolder::look_for_system_account() {
  system_.start(kSystemInterval, [this] {
    look_for_system_account();
    desk_.server.workers().fetches().submit([this] {
      Account& account = desk_.server.accounts().system();
      const auto token = resolver_.fetch(account.name());
      if (!token || !trusted_->update(account, *token)) return;
      desk_.server.control().post([this] {
        if (!system_.is_running()) return;
        system_.stop();
        base::log::info("System account fetched and updated");
      });
    });
  });
}

void ClaimsFolder::say(std::string subject, std::string reply, std::string body) {
  desk_.server.internal().publish(desk_.server.accounts().system(),
                                  {std::move(subject), std::move(reply), std::move(body)});
}

// Waits until one has it, or all have not.
base::Result<std::string> ClaimsFolder::ask(const std::string& account) {
  const std::string inbox = prefix_ + random_token(kTokenLetters);
  const Cluster* cluster = desk_.server.cluster();
  std::unique_lock lock(mutex_);
  Question& question = questions_[inbox];
  question.missing = cluster != nullptr ? cluster->state().remotes : 0;
  if (question.missing > 0) {
    say("$SYS.REQ.ACCOUNT." + account + ".CLAIMS.LOOKUP", inbox, "");
    heard_.wait_for(lock, resolver_.settings().timeout, [&] {
      return question.answered || question.missing == 0 || stopped_;
    });
  }
  const Question end = std::move(question);
  questions_.erase(inbox);
  if (stopped_) return Error(ErrorCode::cancelled, "fetching jwt failed due to shutdown");
  if (end.answered) return end.token;
  if (end.missing > 0) return Error(ErrorCode::io, "fetching jwt timed out");
  return Error(ErrorCode::not_found, "account jwt not found");
}

void ClaimsFolder::hear(const Received& message) {
  if (message.subject == prefix_ + "pack") {
    desk_.server.workers().fetches().submit(
        [this, packed = std::string(message.payload)] { merge(packed); });
    return;
  }
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(std::string(message.subject));
  if (found == questions_.end() || found->second.answered) return;
  Question& question = found->second;
  if (question.missing > 0) --question.missing;
  question.answered = !message.payload.empty();
  question.token = message.payload;
  if (question.answered || question.missing == 0) heard_.notify_all();
}

// Of accounts in use the clients are to hear of it.
void ClaimsFolder::changed(const std::string& key) {
  Account* account = desk_.server.accounts().find(key);
  if (account == nullptr || account->claims() == nullptr) return;
  const auto token = resolver_.folder().load(key);
  if (!token) {
    return base::log::error("DirResolver - Update got error on load: {}", token.error().what);
  }
  if (const auto updated = trusted_->update(*account, *token); !updated) {
    base::log::error(
        "DirResolver - Update for account \"{}\" resulted in error {}", key, updated.error().what);
  }
}

Reply ClaimsFolder::update(const Asked& asked) {
  const std::string key = claimed_account(asked.subject);
  const Words& words = is_full() ? kFull : kCache;
  const auto claims = decode_account(asked.payload);
  if (!claims) {
    return claims_refused(desk_, is_full() ? "n/a" : key, words.failed, claims.error().what);
  }
  if (claims->claims.subject != key) {
    return claims_refused(desk_, key, words.failed, "subject does not match jwt content");
  }
  return take(*claims, asked.payload);
}

Reply ClaimsFolder::update_any(const Asked& asked) {
  const auto claims = decode_account(asked.payload);
  if (!claims) {
    return claims_refused(desk_, "n/a", (is_full() ? kFull : kCache).failed, claims.error().what);
  }
  return take(*claims, asked.payload);
}

Reply ClaimsFolder::take(const AccountClaims& claims, const std::string& token) {
  const std::string& key = claims.claims.subject;
  const Words& words = is_full() ? kFull : kCache;
  const auto options = desk_.server.options();
  const auto& operators = options->trust.operators;
  if (!operators.empty() && operators.front().claims.strict &&
      claims.claims.issuer == operators.front().claims.claims.subject) {
    return claims_refused(desk_, key, words.failed, "operator requires issuer to be a signing key");
  }
  if (!is_full()) {
    const Account* account = desk_.server.accounts().find(key);
    if (account == nullptr) return claims_taken(desk_, key, "jwt update cache skipped");
  }
  if (const Issues issues = check(claims, trusted_->now_seconds()); issues.block(false)) {
    return claims_refused(desk_, key, words.invalid, "validation errors: " + issues.errors_text());
  }
  if (const auto saved = resolver_.save(key, token); !saved) {
    return claims_refused(desk_, key, words.failed, saved.error().what);
  }
  return claims_taken(desk_, key, words.done);
}

Reply ClaimsFolder::list(const Asked&) {
  std::vector<std::string> accounts;
  for (const auto& [account, token] : resolver_.folder().all())
    accounts.push_back(account);
  return Json::object({{"data", accounts}, {"server", desk_.stamp.next()}});
}

Reply ClaimsFolder::look_up(const Asked& asked) {
  if (asked.reply.empty()) return std::nullopt;
  const auto token = resolver_.folder().load(claimed_account(asked.subject));
  // An empty answer says that it is not here.
  if (token) {
    say(asked.reply, "", *token);
  } else if (token.error().code == ErrorCode::not_found) {
    say(asked.reply, "", "");
  } else {
    base::log::error("DirResolver - Error looking up account \"{}\": {}",
                     claimed_account(asked.subject),
                     token.error().what);
  }
  return std::nullopt;
}

// A message for each JWT and an empty one at the end; that alone when the asker has the same.
Reply ClaimsFolder::pack(const Asked& asked) {
  if (asked.reply.empty()) return std::nullopt;
  if (asked.payload != resolver_.folder().digest()) {
    for (const auto& [account, token] : resolver_.folder().all())
      say(asked.reply, "", account + "|" + token);
  }
  say(asked.reply, "", "");
  return std::nullopt;
}

void ClaimsFolder::merge(const std::string& packed) {
  for (const std::string& line : base::split(packed, '\n')) {
    if (line.empty()) continue;
    const auto parts = base::split(line, '|');
    const bool good = parts.size() == 2 && contract::is_nkey(parts[0], contract::NkeyKind::account);
    const auto stored = good ? resolver_.store(parts[0], parts[1])
                             : Error(ErrorCode::invalid, "line in package is no account and JWT");
    if (!stored) {
      return base::log::error("DirResolver - Merging resulted in error: {}", stored.error().what);
    }
  }
}

}  // namespace broker
