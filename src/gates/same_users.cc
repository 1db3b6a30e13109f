#include "gates/same_users.h"

#include "base/text.h"
#include "contract/conf_writer.h"
#include "gates/judging.h"
#include "gates/server_conf.h"

#include <array>

namespace gates {

namespace {

using contract::ConfValue;

// nats-server's spellings of one key. Source: nats-server server/opts.go.
constexpr auto kSpellings = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"username", "user"},
    {"pass", "password"},
    {"permission", "permissions"},
    {"default_permission", "default_permissions"},
    {"pub", "publish"},
    {"import", "publish"},
    {"sub", "subscribe"},
    {"export", "subscribe"},
    {"publish_allow_responses", "allow_responses"},
    {"connection_types", "allowed_connection_types"},
    {"clients", "allowed_connection_types"},
    {"max_conn", "max_connections"},
    {"max_subs", "max_subscriptions"},
    {"max_pay", "max_payload"},
});

// Machine-dependent, or a matter of patience: no difference in who may do what.
constexpr auto kIgnored = std::to_array<std::string_view>({"timeout",
                                                           "cert_file",
                                                           "key_file",
                                                           "ca_file",
                                                           "jetstream",
                                                           "cipher_suites",
                                                           "curve_preferences"});

std::string spelled(std::string_view key) {
  auto plain = base::lower(key);
  for (const auto& [other, usual] : kSpellings) {
    if (plain == other) return std::string(usual);
  }
  return plain;
}

bool is_list_of_subjects(const std::string& key) {
  return key == "allow" || key == "deny" || key == "publish" || key == "subscribe";
}

// One way of writing: usual keys in order, lists sorted, one subject a list of one, subjects under
// `allow`.
ConfValue usual(const ConfValue& value, const std::string& key = {}) {
  if (value.is(ConfValue::Kind::map)) {
    std::map<std::string, ConfValue> fields;
    for (const auto& field : value.fields()) {
      const auto name = spelled(field.key);
      if (std::find(kIgnored.begin(), kIgnored.end(), name) != kIgnored.end()) continue;
      fields[name] = usual(field.value, name);
    }
    auto map = ConfValue::map();
    for (auto& [name, inner] : fields)
      map.set(name, std::move(inner));
    return map;
  }
  auto result = value;
  if (value.is(ConfValue::Kind::text) && is_list_of_subjects(key))
    result = ConfValue::list({value});
  if (result.is(ConfValue::Kind::list)) {
    for (auto& item : result.items())
      item = usual(item);
    const auto as_text = [](const ConfValue& item) {
      auto one = ConfValue::map();
      one.set("v", item);
      return contract::write_conf(one);
    };
    std::sort(result.items().begin(), result.items().end(), [&](const auto& a, const auto& b) {
      return as_text(a) < as_text(b);
    });
  }
  if (result.is(ConfValue::Kind::list) && (key == "publish" || key == "subscribe")) {
    auto allowed = ConfValue::map();
    allowed.set("allow", std::move(result));
    return allowed;
  }
  return result;
}

std::map<std::string, ConfValue> users_of(const ConfValue* authorization) {
  std::map<std::string, ConfValue> users;
  const auto* list = authorization ? authorization->find("users") : nullptr;
  if (!list) return users;
  for (const auto& item : list->items()) {
    const auto* user = item.find("user");
    const auto* nkey = item.find("nkey");
    users[user ? user->as_text() : nkey ? nkey->as_text() : ""] = item;
  }
  return users;
}

// Names the users that differ; their permissions and passwords stay unsaid.
std::vector<std::string> user_differences(const ConfValue* a, const ConfValue* b) {
  const auto first = users_of(a);
  const auto second = users_of(b);
  std::vector<std::string> result;
  for (const auto& [name, user] : first) {
    const auto other = second.find(name);
    if (other == second.end()) {
      result.push_back("user '" + name + "' is missing");
    } else if (!(other->second == user)) {
      const auto* rights = user.find("permissions");
      const auto* others = other->second.find("permissions");
      const bool same_rights = rights && others ? *rights == *others : rights == others;
      result.push_back("user '" + name + "' has " +
                       (same_rights ? "another password" : "other permissions"));
    }
  }
  for (const auto& [name, user] : second) {
    if (!first.contains(name)) result.push_back("user '" + name + "' is one too many");
  }
  return result;
}

}  // namespace

const std::vector<std::string>& access_keys() {
  static const std::vector<std::string> keys = {"authorization",
                                                "accounts",
                                                "no_auth_user",
                                                "system_account",
                                                "operator",
                                                "resolver",
                                                "resolver_preload",
                                                "trusted_keys",
                                                "trusted",
                                                "tls",
                                                "default_sentinel",
                                                "allow_non_tls"};
  return keys;
}

std::vector<std::string> access_differences(const ConfValue& a, const ConfValue& b) {
  std::vector<std::string> result;
  for (const auto& key : access_keys()) {
    const auto* in_a = a.find(key);
    const auto* in_b = b.find(key);
    if (!in_a && !in_b) continue;
    if (!in_a || !in_b) {
      result.push_back(key + (in_a ? " is missing" : " is one too many"));
      continue;
    }
    const auto first = usual(*in_a, key);
    const auto second = usual(*in_b, key);
    if (first == second) continue;
    const auto users =
        key == "authorization" ? user_differences(&first, &second) : std::vector<std::string>();
    if (users.empty()) result.push_back(key + " differs");
    result.insert(result.end(), users.begin(), users.end());
  }
  return result;
}

namespace {

std::vector<Reading> same_users(const Scene& scene) {
  Readings readings("same-users");
  if (!scene.plan.temp_node) {
    readings.unknown("", "the plan has no temporary node", "one");
    return readings.done();
  }
  const auto& temp = *scene.plan.temp_node;
  auto as_started = temp.node;
  as_started.config = temp_conf_file(temp);
  const auto conf = server_conf(as_started);
  const auto temp_now = seen(scene, temp.node.name);
  const auto wanted = "the users of " + temp.node.name;
  for (const auto* one : scene.plan.members_of(scene.plan.cluster_of(temp.node.name))) {
    const auto& member = *one;
    const auto now = seen(scene, member.name);
    const auto own = server_conf(member);
    if (!conf || !own) {
      readings.unknown(member.name, conf ? own.error().what : conf.error().what, wanted);
    } else if (!now || !temp_now) {
      readings.unknown(
          member.name, now ? temp.node.name + ": " + temp_now.missing : now.missing, wanted);
    } else if (now.sample->varz->auth_required != temp_now.sample->varz->auth_required) {
      const bool member_asks = now.sample->varz->auth_required;
      readings.red(member.name,
                   std::string("it asks clients ") + (member_asks ? "to log in" : "for no login") +
                       " and " + temp.node.name + " does not do the same",
                   wanted);
    } else {
      const auto differences = access_differences(*own, *conf);
      readings.add(member.name,
                   differences.empty(),
                   differences.empty()
                       ? "the same users"
                       : "on " + temp.node.name + ": " + base::join(differences, "; "),
                   wanted);
    }
  }
  return readings.done();
}

}  // namespace

std::vector<Condition> user_conditions() {
  return {{"same-users",
           "the temporary node has the users, permissions and accounts of every member",
           same_users}};
}

}  // namespace gates
