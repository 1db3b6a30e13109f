#include "base/text.h"
#include "broker/server/account_options.h"
#include "broker/server/options_reader.h"
#include "contract/nkey.h"

#include <algorithm>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// A password nobody can have: looks like bcrypt and is the hash of nothing. Users that cannot come
// in here keep their place in the list, so that a server with only such users stays closed.
constexpr char kNoPassword[] = "$2a$00$";

// A text or a list of them. What is no type is told in one line, as Go prints a list.
void read_connection_types(const ConfField& field, User& user, ConfReport& report) {
  const ConfValue& value = field.value;
  const std::string wrong = "error parsing allowed connection types: unsupported type ";
  if (!value.is(Kind::text) && !value.is(Kind::list))
    return report.error(value, wrong + go_type(value));
  std::string unknown;
  for (const ConfValue& item : value.is(Kind::list) ? value.items() : std::vector{value}) {
    if (!item.is(Kind::text)) return report.error(item, wrong + "in array " + go_type(item));
    std::string type = item.as_text();
    std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) {
      return static_cast<char>(std::toupper(c));
    });
    if (!is_connection_type(type)) unknown += (unknown.empty() ? "\"" : " \"") + type + "\"";
    user.connection_types.push_back(std::move(type));
  }
  if (!unknown.empty()) report.error(value, "invalid connection types [" + unknown + "]");
}

struct ReadUser {
  User user;
  bool named = false;
  std::string nkey = {};
};

// Where nats-server complains of a user: at one of its fields.
const ConfValue& place_of(const ConfValue& entry) {
  return entry.fields().empty() ? entry : entry.fields().front().value;
}

void take_nkey(ReadUser& read, const ConfValue& entry, ConfReport& report) {
  if (!contract::is_nkey(read.nkey, contract::NkeyKind::user)) {
    report.error(place_of(entry), "Not a valid public nkey for a user");
  } else if (read.named || !read.user.password.empty()) {
    report.error(place_of(entry), "Nkey users do not take usernames or passwords");
  }
  read.named = true;
  read.user.name = read.nkey;
  read.user.nkey = true;
}

ReadUser read_user_fields(const ConfValue& entry, ConfReport& report) {
  ReadUser out;
  bool may_come = true;
  for (const ConfField& field : entry.fields()) {
    const std::string key = base::lower(field.key);
    if (key == "user" || key == "username") {
      if (const auto value = report.text(field)) out.user.name = *value;
      out.named = true;
    } else if (key == "pass" || key == "password") {
      if (const auto value = report.text(field)) out.user.password = *value;
    } else if (key == "nkey") {
      if (const auto value = report.text(field)) out.nkey = *value;
    } else if (key == "permission" || key == "permissions" || key == "authorization") {
      out.user.permissions = read_permissions(field, report);
    } else if (key == "allowed_connection_types" || key == "connection_types" || key == "clients") {
      read_connection_types(field, out.user, report);
    } else if (key == "proxy_required") {
      const auto value = report.boolean(field);
      may_come = may_come && !value.value_or(false);
    } else {
      report.unknown(field);
    }
  }
  if (!out.nkey.empty()) take_nkey(out, entry, report);
  if (!may_come) out.user.nkey = false, out.user.password = kNoPassword;
  return out;
}

// Numbers are seconds, texts durations.
void read_auth_timeout(const ConfField& field, base::nanoseconds& timeout, ConfReport& report) {
  const ConfValue& value = field.value;
  if (value.is(Kind::integer) && value.as_integer() >= 0 && value.as_integer() < 1'000'000) {
    timeout = std::chrono::seconds(value.as_integer());
  } else if (value.is(Kind::real) && value.as_real() >= 0 && value.as_real() < 1e6) {
    timeout = std::chrono::duration_cast<base::nanoseconds>(
        std::chrono::duration<double>(value.as_real()));
  } else if (const auto duration = base::parse_duration(value.as_text());
             value.is(Kind::text) && duration) {
    timeout = *duration;
  } else {
    report.no_effect(field, "it is no duration");  // nats-server takes it without a word
  }
}

}  // namespace

void read_users(const ConfField& field,
                const std::string& account,
                std::vector<User>& users,
                ConfReport& report) {
  if (!field.value.is(Kind::list)) {
    report.error(field.value, "Expected users field to be an array, got " + go_text(field.value));
    return;
  }
  for (const ConfValue& entry : field.value.items()) {
    if (!entry.is(Kind::map)) {
      report.error(entry, "Expected user entry to be a map/struct, got " + go_text(entry));
      continue;
    }
    ReadUser read = read_user_fields(entry, report);
    if (!read.named) {
      report.error(place_of(entry), "User entry requires a user");
      continue;
    }
    read.user.account = account;
    users.push_back(std::move(read.user));
  }
}

void add_users(const std::vector<User>& users,
               const ConfField& block,
               Options& options,
               ConfReport& report) {
  for (const User& user : users) {
    const auto& known = options.auth.users;
    const bool twice = std::any_of(
        known.begin(), known.end(), [&](const User& other) { return other.name == user.name; });
    if (twice) {
      const std::string what = user.nkey ? "nkey" : "user";
      report.error(block.value, "Duplicate " + what + " \"" + user.name + "\" detected");
      return;
    }
    options.auth.users.push_back(user);
  }
}

void with_default_permissions(std::vector<User>& users,
                              const std::optional<PermissionRules>& defaults) {
  for (User& user : users) {
    if (!user.permissions) user.permissions = defaults;
  }
}

void apply_authorization(const ConfField& block, Options& options, ConfReport& report) {
  AuthRules& auth = options.auth;
  std::vector<User> users;
  bool has_users = false;
  for (const ConfField& field : report.map(block)) {
    const std::string key = base::lower(field.key);
    if (key == "user" || key == "username") {
      if (const auto value = report.text(field)) auth.user = *value;
    } else if (key == "pass" || key == "password") {
      if (const auto value = report.text(field)) auth.password = *value;
    } else if (key == "token") {
      if (const auto value = report.text(field)) auth.token = *value;
    } else if (key == "timeout") {
      read_auth_timeout(field, options.limits.auth_timeout, report);
      options.auth_timeout_given = true;
    } else if (key == "users") {
      has_users = true;
      read_users(field, "", users, report);
    } else if (key == "default_permission" || key == "default_permissions" ||
               key == "permissions") {
      auth.default_permissions = read_permissions(field, report);
    } else if (key == "auth_callout" || key == "auth_hook") {
      report.error(field.value,
                   "\"" + field.key +
                       "\": not supported by this broker, which does not start "
                       "without it");
    } else {
      report.unknown(field);
    }
  }
  const bool single = !auth.user.empty() || !auth.password.empty();
  const bool any_users = has_users || !auth.users.empty();  // of accounts, too
  if (single && !auth.token.empty()) {
    report.error(block.value, "Cannot have a user/pass and token");
  } else if (any_users && !auth.user.empty()) {
    report.error(block.value, "Can not have a single user/pass and a users array");
  } else if (any_users && !auth.token.empty()) {
    report.error(block.value, "Can not have a token and a users array");
  }
  with_default_permissions(users, auth.default_permissions);
  add_users(users, block, options, report);
}

}  // namespace broker
