#include "broker/accounts/token_folder.h"

#include "base/digest.h"
#include "base/files.h"
#include "broker/claims/token.h"
#include "contract/nkey.h"

#include <system_error>

namespace broker {

namespace {

using base::Error;
using base::ErrorCode;

constexpr const char* kEnding = ".jwt";

std::array<unsigned char, 32> digest_of(const std::string& token) {
  const std::string hex = base::sha256(token);
  std::array<unsigned char, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<unsigned char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  return bytes;
}

bool is_account(const std::string& key) {
  return contract::is_nkey(key, contract::NkeyKind::account);
}

std::map<std::string, std::string> read_folder(const std::filesystem::path& folder) {
  std::map<std::string, std::string> tokens;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() != kEnding || !entry.is_regular_file(failed)) continue;
    auto token = base::read_file(entry.path());
    if (token && !token->empty()) tokens[entry.path().stem().string()] = *std::move(token);
  }
  return tokens;
}

}  // namespace

base::Result<std::unique_ptr<TokenFolder>> TokenFolder::open(Settings settings, Now now) {
  std::error_code failed;
  settings.folder = std::filesystem::absolute(settings.folder, failed).lexically_normal();
  TRY(base::make_folder(settings.folder));
  auto folder = std::unique_ptr<TokenFolder>(new TokenFolder(std::move(settings), std::move(now)));
  for (const auto& [account, token] : read_folder(folder->settings_.folder))
    folder->track(account, token);
  return folder;
}

std::filesystem::path TokenFolder::file_of(const std::string& account) const {
  return settings_.folder / (account + kEnding);
}

base::Result<std::string> TokenFolder::load(const std::string& account) {
  if (!is_account(account)) return Error(ErrorCode::invalid, "invalid public key");
  const std::lock_guard lock(mutex_);
  const auto file = file_of(account);
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) {
    return Error(ErrorCode::not_found, "open " + file.string() + ": no such file or directory");
  }
  auto token = TRY(base::read_file(file));
  touch(account);
  return token;
}

base::Result<bool> TokenFolder::save(const std::string& account, const std::string& token) {
  if (!is_account(account)) return Error(ErrorCode::invalid, "invalid public key");
  const std::lock_guard lock(mutex_);
  return write(account, token);
}

base::Result<bool> TokenFolder::save_if_newer(const std::string& account,
                                              const std::string& token) {
  if (!is_account(account)) return Error(ErrorCode::invalid, "invalid public key");
  const std::lock_guard lock(mutex_);
  const auto old = base::read_file(file_of(account));
  if (!old) return write(account, token);
  const Claims fresh = TRY(decode_token(token));
  if (const auto claims = decode_token(*old)) {
    if (*old == token || claims->issued > fresh.issued) return false;
    if (fresh.subject != account) {
      return Error(ErrorCode::invalid, "jwt subject nkey and provided nkey do not match");
    }
  }
  return write(account, token);
}

base::Result<bool> TokenFolder::write(const std::string& account, const std::string& token) {
  if (token.empty()) return Error(ErrorCode::invalid, "invalid JWT");
  if (const auto known = entries_.find(account); known != entries_.end()) {
    touch(account);
    if (known->second.digest == digest_of(token)) return false;
  } else if (settings_.limit > 0 && static_cast<std::int64_t>(entries_.size()) >= settings_.limit) {
    if (!settings_.evict) return Error(ErrorCode::refused, "jwt store is full");
    const std::string oldest = used_.front();
    std::error_code failed;
    std::filesystem::remove(file_of(oldest), failed);
    untrack(oldest);
  }
  TRY(base::write_file(file_of(account), token));
  track(account, token);
  return true;
}

base::Result<bool> TokenFolder::remove(const std::string& account) {
  if (settings_.removal == Removal::refused) {
    return Error(ErrorCode::refused, "store is not set up to for delete");
  }
  const std::lock_guard lock(mutex_);
  const auto file = file_of(account);
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) return false;
  if (settings_.removal == Removal::rename) {
    std::filesystem::rename(file, file.string() + ".deleted", failed);
  } else {
    std::filesystem::remove(file, failed);
  }
  if (failed) return Error(ErrorCode::io, file.string() + ": " + failed.message());
  untrack(account);
  return true;
}

std::string TokenFolder::digest() {
  const std::lock_guard lock(mutex_);
  return {digest_.begin(), digest_.end()};
}

std::map<std::string, std::string> TokenFolder::all() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> tokens = read_folder(settings_.folder);
  std::erase_if(tokens, [&](const auto& one) {
    if (!entries_.contains(one.first)) return true;
    const auto claims = decode_token(one.second);
    return claims && claims->expires > 0 &&
           base::WallTime(std::chrono::seconds(claims->expires)) < now_();
  });
  return tokens;
}

std::vector<std::string> TokenFolder::reread() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> changed;
  const auto before = std::exchange(entries_, {});
  used_.clear();
  digest_ = {};
  for (const auto& [account, token] : read_folder(settings_.folder)) {
    track(account, token);
    const auto old = before.find(account);
    if (old == before.end() || old->second.digest != entries_[account].digest) {
      changed.push_back(account);
    }
  }
  return changed;
}

void TokenFolder::tidy() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> over;
  for (const auto& [account, entry] : entries_) {
    if (entry.until <= now_()) over.push_back(account);
  }
  for (const std::string& account : over) {
    std::error_code failed;
    std::filesystem::remove(file_of(account), failed);
    untrack(account);
  }
}

base::WallTime TokenFolder::end_of(const std::string& token) const {
  if (settings_.ttl.count() != 0) return now_() + settings_.ttl;
  const auto claims = decode_token(token);
  if (!claims || claims->expires == 0) return base::WallTime::max();
  return base::WallTime(std::chrono::seconds(claims->expires));
}

void TokenFolder::track(const std::string& account, const std::string& token) {
  untrack(account);
  const Entry entry{digest_of(token), end_of(token), used_.insert(used_.end(), account)};
  for (std::size_t i = 0; i < digest_.size(); ++i)
    digest_[i] ^= entry.digest[i];
  entries_[account] = entry;
}

void TokenFolder::untrack(const std::string& account) {
  const auto found = entries_.find(account);
  if (found == entries_.end()) return;
  for (std::size_t i = 0; i < digest_.size(); ++i)
    digest_[i] ^= found->second.digest[i];
  used_.erase(found->second.use);
  entries_.erase(found);
}

void TokenFolder::touch(const std::string& account) {
  const auto found = entries_.find(account);
  if (found == entries_.end()) return;
  used_.splice(used_.end(), used_, found->second.use);
  if (settings_.ttl.count() != 0) found->second.until = now_() + settings_.ttl;
}

}  // namespace broker
