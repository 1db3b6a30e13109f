#include "broker/accounts/authenticator.h"

#include "base/text.h"
#include "broker/accounts/password.h"
#include "contract/nkey.h"

#include <algorithm>

namespace broker {

namespace {

std::shared_ptr<const Permissions> make_permissions(const std::optional<PermissionRules>& rules) {
  return rules ? std::make_shared<const Permissions>(*rules) : nullptr;
}

// "CN=ann,OU=orders" and "OU=orders, CN=ann" name the same one.
bool same_subject(const std::string& a, const std::string& b) {
  if (a.find('=') == std::string::npos || b.find('=') == std::string::npos) return false;
  const auto parts = [](const std::string& subject) {
    std::vector<std::string> result;
    for (const std::string& part : base::split(subject, ','))
      result.emplace_back(base::trim(part));
    std::sort(result.begin(), result.end());
    return result;
  };
  return parts(a) == parts(b);
}

}  // namespace

Authenticator::Authenticator(AuthRules rules,
                             AccountTable& accounts,
                             std::shared_ptr<TrustedAccounts> trusted)
    : rules_(std::move(rules)), trusted_(std::move(trusted)) {
  nobody_.account = &accounts.global();
  single_ = {rules_.user, &accounts.global(), make_permissions(rules_.default_permissions)};
  for (const User& user : rules_.users) {
    Account& account = user.account.empty() ? accounts.global() : accounts.add(user.account);
    const auto& permissions = user.permissions ? user.permissions : rules_.default_permissions;
    users_[user.name] = {user.password,
                         user.nkey,
                         allows(user.connection_types, rules_.door),
                         {user.name, &account, make_permissions(permissions)}};
    has_nkeys_ = has_nkeys_ || user.nkey;
  }
}

bool Authenticator::configured() const {
  return rules_.trust.enabled() || !users_.empty() || !rules_.token.empty() || !rules_.user.empty();
}

bool Authenticator::required() const {
  return configured() && !anonymous();
}

std::optional<Identity> Authenticator::anonymous() const {
  if (!configured()) return nobody_;
  if (rules_.no_auth_user.empty()) return std::nullopt;
  const auto found = users_.find(rules_.no_auth_user);
  if (found == users_.end() || !found->second.allowed) return std::nullopt;
  return found->second.identity;
}

const Authenticator::Entry* Authenticator::find(const std::string& name, bool nkey) const {
  const auto found = users_.find(name);
  if (found == users_.end() || found->second.nkey != nkey) return nullptr;
  return found->second.allowed ? &found->second : nullptr;
}

// Source: nats-server server/auth.go
std::optional<Identity> Authenticator::by_nkey(const Credentials& credentials) const {
  const auto* entry = find(credentials.nkey, true);
  if (!entry) return std::nullopt;
  const bool open = credentials.nkey == rules_.no_auth_user;
  if (!open && !contract::nkey_verifies(credentials.nkey, credentials.nonce, credentials.signature))
    return std::nullopt;
  return entry->identity;
}

// Who shows a certificate says who it is by that alone. Source: nats-server server/auth.go
std::optional<Authenticator::Claim> Authenticator::claim_by_certificate(
    const Credentials& credentials) const {
  static const std::string kNothing;
  if (!credentials.user.empty()) return std::nullopt;
  for (const std::string& name : credentials.certificate_names) {
    const auto found = std::find_if(users_.begin(), users_.end(), [&](const auto& user) {
      return user.second.allowed && (user.first == name || same_subject(user.first, name));
    });
    if (found != users_.end()) return Claim{&kNothing, &kNothing, &found->second.identity};
  }
  return std::nullopt;
}

std::optional<Authenticator::Claim> Authenticator::claim(const Credentials& credentials) const {
  if (rules_.map_certificates && !users_.empty()) return claim_by_certificate(credentials);
  // The order is nats-server's: users, then the token, then the single user.
  if (!users_.empty()) {
    const auto* entry = credentials.user.empty() ? nullptr : find(credentials.user, false);
    if (!entry) return std::nullopt;
    return Claim{&entry->password, &credentials.password, &entry->identity};
  }
  if (!rules_.token.empty()) return Claim{&rules_.token, &credentials.token, &single_};
  if (!rules_.user.empty() && rules_.user == credentials.user) {
    return Claim{&rules_.password, &credentials.password, &single_};
  }
  return std::nullopt;
}

std::optional<Identity> Authenticator::authenticate(const Credentials& credentials) const {
  if (!configured()) return nobody_;
  if (credentials.empty() && !rules_.map_certificates) {
    if (auto identity = anonymous()) return identity;
  }
  if (has_nkeys_ && !credentials.nkey.empty()) return by_nkey(credentials);
  const auto claimed = claim(credentials);
  if (!claimed || !password_matches(*claimed->stored, *claimed->given)) return std::nullopt;
  return *claimed->identity;
}

std::optional<Identity> Authenticator::reconsider(const Credentials& credentials,
                                                  const Authenticator& before) const {
  if (!credentials.nkey.empty()) return authenticate(credentials);
  const auto now = claim(credentials);
  const auto then = before.claim(credentials);
  if (now && then && *now->stored == *then->stored) return *now->identity;
  return authenticate(credentials);
}

bool Authenticator::is_slow(const Credentials& credentials) const {
  if (has_nkeys_ && !credentials.nkey.empty()) return false;
  const auto claimed = claim(credentials);
  return claimed && is_bcrypt(*claimed->stored);
}

}  // namespace broker
