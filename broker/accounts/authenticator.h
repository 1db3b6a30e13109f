#pragma once

#include "broker/accounts/account.h"
#include "broker/accounts/permissions.h"

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

  bool empty() const { return user.empty() && password.empty() && token.empty() && nkey.empty(); }
};

// Who a connection is.
struct Identity {
  std::string user = {};  // empty: no one in particular
  Account* account = nullptr;
  std::shared_ptr<const Permissions> permissions = {};  // null: everything
};

// Immutable; reload makes a new one.
// Threads: any.
class Authenticator {
 public:
  Authenticator(AuthRules rules, AccountTable& accounts);

  // True when a client cannot do anything before a CONNECT that convinces; the INFO then says
  // auth_required.
  bool required() const;

  // Any rule at all, although a no_auth_user may open the door: /varz says auth_required.
  bool configured() const;

  // Whether INFO gives clients a nonce to sign.
  bool wants_signatures() const { return has_nkeys_; }

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
  Identity nobody_;
  Identity single_;  // of the single user or the token
  std::unordered_map<std::string, Entry> users_;
  bool has_nkeys_ = false;
};

}  // namespace broker
