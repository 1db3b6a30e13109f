#pragma once

#include "broker/accounts/account.h"
#include "broker/accounts/connection_type.h"
#include "broker/accounts/permissions.h"
#include "broker/accounts/trusted_accounts.h"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

// CONNECT into a user, or a refusal.
// Source: nats-server server/auth.go (processClientOrLeafAuthentication)
namespace broker {

struct User {
  std::string name = {};
  std::string password = {};                        // plain or bcrypt
  std::string account = {};                         // empty: $G
  std::optional<PermissionRules> permissions = {};  // none: everything
  bool nkey = false;                                // the name is a public nkey, to be signed for
  std::vector<std::string> connection_types = {};   // by which it may come in; none: any

  bool operator==(const User&) const = default;
};

// The authorization and accounts blocks, as far as they say who may come in. Plain; the server
// fills it.
struct AuthRules {
  std::string user = {};  // authorization { user, password }
  std::string password = {};
  std::optional<PermissionRules> default_permissions =
      {};  // for that user, the token and users without any
  std::string token = {};
  std::vector<User> users = {};  // of authorization and of every account
  std::string no_auth_user = {};
  bool map_certificates = false;  // the client's TLS certificate says which user it is
  OperatorRules trust = {};       // with operators, users come with JWTs and not otherwise
  ConnectionType door = ConnectionType::standard;  // whoever these rules let in comes by it

  bool operator==(const AuthRules&) const = default;
};

struct Credentials {
  std::string user = {};
  std::string password = {};
  std::string token = {};
  std::vector<std::string> certificate_names = {};  // of its TLS certificate, the first ones first
  std::string nkey = {};
  std::string signature = {};  // of the nonce that our INFO had
  std::string nonce = {};
  std::string jwt = {};
  std::string address = {};  // the IP address it comes from
  ConnectionType door = ConnectionType::standard;

  bool empty() const { return user.empty() && password.empty() && token.empty() && nkey.empty(); }
};

// What a user's JWT says of it beside who it is.
struct UserGrant {
  std::string issuer = {};      // the public key that signed
  bool by_signing_key = false;  // which is not the account's own
  std::string name = {};
  std::vector<std::string> tags = {};
  std::int64_t issued = 0;  // seconds since 1970
  bool bearer = false;
  std::int64_t max_subscriptions = kNoLimit;
  std::int64_t max_payload = kNoLimit;
  base::WallTime until = base::WallTime::max();
  std::shared_ptr<const KnownClaims> by = {};  // the account's claims, as it was let in by them
};

// Who a connection is.
struct Identity {
  std::string user = {};  // empty: no one in particular
  Account* account = nullptr;
  std::shared_ptr<const Permissions> permissions = {};  // null: everything
  std::shared_ptr<const UserGrant> grant = {};          // null: it came without a JWT
};

// Immutable; reload makes a new one.
// Threads: any.
class Authenticator {
 public:
  Authenticator(AuthRules rules,
                AccountTable& accounts,
                std::shared_ptr<TrustedAccounts> trusted = nullptr);

  // True when a client cannot do anything before a CONNECT that convinces; the INFO then says
  // auth_required.
  bool required() const;

  // Any rule at all, although a no_auth_user may open the door: /varz says auth_required.
  bool configured() const;

  // Whether INFO gives clients a nonce to sign.
  bool wants_signatures() const { return has_nkeys_ || rules_.trust.enabled(); }

  // Null: users do not come with JWTs. Otherwise they come with nothing else, and log_in() says who
  // they are (jwt_login.h) instead of authenticate().
  const std::shared_ptr<TrustedAccounts>& trusted() const { return trusted_; }

  // Who a client without credentials is: no_auth_user, or nobody in $G when nothing is configured.
  std::optional<Identity> anonymous() const;

  std::optional<Identity> authenticate(const Credentials& credentials) const;

  // Who someone is now that `before` once let in. A password that is configured as it was is not
  // compared again, so that a reload does not compute bcrypt for every connection.
  std::optional<Identity> reconsider(const Credentials& credentials,
                                     const Authenticator& before) const;

  // True when authenticate() may take tens of milliseconds (bcrypt).
  bool is_slow(const Credentials& credentials) const;

  const AuthRules& rules() const { return rules_; }

 private:
  struct Entry {
    std::string password;
    bool nkey = false;
    bool allowed = true;  // by this door
    Identity identity;
  };

  // Who someone is by a key; nothing when the signature is not the key's.
  std::optional<Identity> by_nkey(const Credentials& credentials) const;
  const Entry* find(const std::string& name, bool nkey) const;

  // Who someone says to be, and the two secrets to compare. Points into this and the credentials.
  struct Claim {
    const std::string* stored;
    const std::string* given;
    const Identity* identity;
  };

  std::optional<Claim> claim(const Credentials& credentials) const;
  std::optional<Claim> claim_by_certificate(const Credentials& credentials) const;

  AuthRules rules_;
  std::shared_ptr<TrustedAccounts> trusted_;
  Identity nobody_;
  Identity single_;  // of the single user or the token
  std::unordered_map<std::string, Entry> users_;
  bool has_nkeys_ = false;
};

}  // namespace broker
