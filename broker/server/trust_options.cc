#include "broker/server/trust_options.h"

#include "base/files.h"
#include "base/text.h"
#include "broker/claims/account_claims.h"
#include "contract/nkey.h"

#include <algorithm>
#include <filesystem>
#include <regex>

#include <unistd.h>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// All JWTs begin with "{" in base64.
constexpr std::string_view kTokenBegin = "eyJ";

base::Result<TrustedOperator> read_operator(const std::string& file_or_token) {
  std::error_code failed;
  if (std::filesystem::is_directory(file_or_token, failed)) {
    return base::Error(base::ErrorCode::not_found, "read " + file_or_token + ": is a directory");
  }
  auto text = base::read_file(file_or_token);
  if (!text && !file_or_token.starts_with(kTokenBegin)) {
    return base::Error(base::ErrorCode::not_found,
                       "open " + file_or_token + ": no such file or directory");
  }
  TrustedOperator result;
  result.token = token_in(text ? *text : file_or_token);
  result.claims = TRY(decode_operator(result.token));
  return result;
}

// A text or a list of texts.
std::vector<std::string> read_keys(const ConfField& field,
                                   const std::string& what,
                                   ConfReport& report) {
  if (field.value.is(Kind::text)) return {field.value.as_text()};
  const std::string unsupported = "error parsing " + what + ": unsupported type ";
  std::vector<std::string> keys;
  if (!field.value.is(Kind::list)) {
    report.error(field.value, unsupported + go_type(field.value));
    return keys;
  }
  for (const ConfValue& item : field.value.items()) {
    if (item.is(Kind::text)) {
      keys.push_back(item.as_text());
    } else if (what == "operators") {  // in the words of nats-server's own insides
      report.error(field.value, unsupported + "*conf.token where string is expected");
    } else {
      report.error(item, unsupported + "in array " + go_type(item));
    }
  }
  return keys;
}

constexpr char kWanted[] =
    "error parsing account resolver, should be MEM or  URL(\"url\") or a map containing dir and "
    "type state=[FULL|CACHE])";

void read_resolver_text(const ConfField& field, TrustOptions& trust, ConfReport& report) {
  static const std::regex memory("MEM", std::regex::icase);
  static const std::regex url(R"re(URL(?:\(\s*"?([^\s"]*?)"?\s*\))?)re", std::regex::icase);
  const std::string& text = field.value.as_text();
  ResolverSettings settings;
  std::smatch parts;
  trust.resolver.reset();
  if (std::regex_search(text, memory)) {
    trust.resolver = settings;
  } else if (std::regex_search(text, parts, url)) {
    settings.kind = ResolverSettings::Kind::url;
    settings.url = parts[1];
    if (!settings.url.ends_with('/')) settings.url += '/';
    trust.resolver = settings;
  } else {
    report.error(field.value, kWanted);
  }
}

struct DirectoryBlock {
  ResolverSettings settings;
  std::string type;
  bool hard_delete_said = false;
};

DirectoryBlock read_block(const ConfField& field, ConfReport& report) {
  DirectoryBlock block;
  ResolverSettings& settings = block.settings;
  for (const ConfField& inner : field.value.fields()) {
    const std::string& key = inner.key;
    const auto read_duration = [&](base::nanoseconds& place) {
      const auto text = report.text(inner);
      if (!text) return;
      const auto duration = base::parse_duration(*text);
      duration ? void(place = *duration)
               : report.error(field.value, "time: invalid duration \"" + *text + "\"");
    };
    if (key == "dir") {
      settings.directory = report.text(inner).value_or("");
    } else if (key == "type") {
      block.type = base::lower(report.text(inner).value_or(""));
    } else if (key == "allow_delete") {
      settings.allow_delete = report.boolean(inner).value_or(false);
    } else if (key == "hard_delete") {
      settings.hard_delete = report.boolean(inner).value_or(false);
      block.hard_delete_said = true;
    } else if (key == "limit") {
      settings.limit = report.integer(inner).value_or(0);
    } else if (key == "ttl") {
      read_duration(settings.ttl);
    } else if (key == "interval") {
      read_duration(settings.interval);
    } else if (key == "timeout") {
      read_duration(settings.timeout);
    }
  }
  return block;
}

void check_directory(const ConfField& field, const std::string& directory, ConfReport& report) {
  if (directory.empty()) {
    report.error(field.value, "dir has no value and needs to point to a directory");
    report.error(field.value, "mkdir : no such file or directory");
    return;
  }
  std::error_code failed;
  const auto status = std::filesystem::status(directory, failed);
  const bool there = !failed && std::filesystem::exists(status);
  const bool folder = std::filesystem::is_directory(status);
  if (there && (!folder || access(directory.c_str(), W_OK) != 0)) {
    report.error(field.value, "dir needs to point to an accessible directory");
  }
  if (there && !folder) {
    report.error(field.value, "mkdir " + directory + ": not a directory");
  }
}

void read_resolver_block(const ConfField& field, TrustOptions& trust, ConfReport& report) {
  const std::size_t errors = report.errors.size();
  DirectoryBlock block = read_block(field, report);
  ResolverSettings& settings = block.settings;
  if (report.errors.size() != errors) return;
  trust.resolver.reset();
  if (block.type == "cache") {
    check_directory(field, settings.directory, report);
    if (settings.interval.count() != 0) report.error(field.value, "CACHE does not accept sync");
    if (settings.allow_delete) report.error(field.value, "CACHE does not accept allow_delete");
    if (block.hard_delete_said) report.error(field.value, "CACHE does not accept hard_delete");
    settings.kind = ResolverSettings::Kind::cache;
  } else if (block.type == "full") {
    check_directory(field, settings.directory, report);
    if (settings.ttl.count() != 0) report.error(field.value, "FULL does not accept ttl");
    if (block.hard_delete_said && !settings.allow_delete) {
      report.error(field.value, "hard_delete has no effect without delete");
    }
    settings.kind = ResolverSettings::Kind::full;
  } else if (block.type != "mem" && block.type != "memory") {
    return report.error(field.value, kWanted);
  }
  if (settings.timeout.count() <= 0) {
    return report.error(
        field.value,
        "Fetch timeout " + base::format_go_duration(settings.timeout) + " is too smal");
  }
  trust.resolver = std::move(settings);
}

}  // namespace

void read_operators(const ConfField& field, TrustOptions& trust, ConfReport& report) {
  const auto entries = read_keys(field, "operators", report);
  trust.operators.clear();
  for (const std::string& entry : entries) {
    auto read = read_operator(entry);
    if (read) {
      trust.operators.push_back(*std::move(read));
    } else {
      report.error(field.value, "error parsing operator JWT: " + read.error().what);
    }
  }
}

void read_trusted_keys(const ConfField& field, TrustOptions& trust, ConfReport& report) {
  trust.keys = read_keys(field, "trusted", report);
  for (const std::string& key : trust.keys) {
    if (contract::is_nkey(key, contract::NkeyKind::root)) continue;
    report.error(field.value,
                 "trust key \"" + key + "\" required to be a valid public operator nkey");
  }
}

void read_resolver(const ConfField& field, TrustOptions& trust, ConfReport& report) {
  if (field.value.is(Kind::text)) return read_resolver_text(field, trust, report);
  if (field.value.is(Kind::map)) return read_resolver_block(field, trust, report);
  report.error(field.value, "error parsing operator resolver, wrong type " + go_type(field.value));
}

void read_preload(const ConfField& field, TrustOptions& trust, ConfReport& report) {
  if (!field.value.is(Kind::map)) {
    report.error(field.value, "preload should be a map of account_public_key:account_jwt");
    return;
  }
  trust.preload.clear();
  for (const ConfField& entry : field.value.fields()) {
    if (!entry.value.is(Kind::text)) {
      report.error(entry.value, "preload map value should be a string JWT");
    } else if (!decode_account(entry.value.as_text())) {
      report.error(entry.value, "invalid account JWT");
    } else {
      trust.preload[entry.key] = entry.value.as_text();
    }
  }
}

void read_pinned_accounts(const ConfField& field, TrustOptions& trust, ConfReport& report) {
  trust.pinned_accounts = read_keys(field, "resolver_pinned_accounts", report);
}

void complete_trust(TrustOptions& trust, std::string& system_account) {
  if (trust.operators.size() != 1) return;
  const OperatorClaims& claims = trust.operators.front().claims;
  if (!trust.resolver) {
    ResolverSettings settings;
    settings.kind = ResolverSettings::Kind::url;
    settings.url = claims.account_server_url + "/accounts/";
    trust.resolver = std::move(settings);
  }
  if (system_account.empty()) system_account = claims.system_account;
}

OperatorRules operator_rules(const TrustOptions& trust, const std::string& system_account) {
  OperatorRules rules;
  rules.trusted_keys = trust.keys;
  for (const TrustedOperator& one : trust.operators) {
    const auto keys = one.claims.trusted_keys();
    rules.trusted_keys.insert(rules.trusted_keys.end(), keys.begin(), keys.end());
    const auto& signing = one.claims.signing_keys;
    if (one.claims.strict) {
      rules.strict_keys.insert(rules.strict_keys.end(), signing.begin(), signing.end());
    }
  }
  rules.pinned_accounts = trust.pinned_accounts;
  if (!trust.pinned_accounts.empty() && !system_account.empty()) {
    rules.pinned_accounts.push_back(system_account);
  }
  return rules;
}

}  // namespace broker
