#include "plan/nats_context.h"

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/format.h>

namespace plan {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What changes how a connection is made, and is not made so here.
constexpr std::array<const char*, 4> kBeyondUs = {"nsc", "socks_proxy", "tls_first", "user_jwt"};

std::string home_of(const Environment& environment) {
  return environment("HOME").value_or("");
}

fs::path folder_of_contexts(const Environment& environment) {
  const auto config = environment("XDG_CONFIG_HOME");
  const auto base =
      config && !config->empty() ? fs::path(*config) : fs::path(home_of(environment)) / ".config";
  return base / "nats" / "context";
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// "~/keys/ann.creds", "$HOME/ann.creds"; a relative path starts where natsctl was started, as it
// does for the nats CLI.
fs::path path_in(const base::Json& json, const char* key, const Environment& environment) {
  auto text = json[key].text();
  const auto home = home_of(environment);
  for (const std::string start : {"~/", "$HOME/", "${HOME}/"}) {
    if (text.starts_with(start)) text = home + "/" + text.substr(start.size());
  }
  return text.empty() ? fs::path() : fs::absolute(text);
}

Secret secret_in(const base::Json& json, const char* key, const fs::path& file) {
  if (json[key].text().empty()) return {};
  return {.file = file, .field = key};
}

template <class T>
void fill(T& place, const T& otherwise) {
  if (place.empty()) place = otherwise;
}

}  // namespace

Result<NatsContext> read_nats_context(const std::string& name, const Environment& environment) {
  const auto folder = folder_of_contexts(environment);
  const auto file = folder / (name + ".json");
  std::error_code failure;
  if (!fs::exists(file, failure)) {
    const auto names = names_in(folder);
    return Error(ErrorCode::not_found,
                 fmt::format("there is no nats CLI context '{}' in {}; {}",
                             name,
                             folder.string(),
                             names.empty() ? "there is none at all"
                                           : "there are: " + base::join(names, ", ")));
  }
  const auto text = TRY(base::read_file(file));
  auto json = base::Json::parse(text);
  if (!json) return std::move(json).error().in(file.string());
  for (const auto* key : kBeyondUs) {
    const auto& value = (*json)[key];
    if (value.text().empty() && !value.boolean()) continue;
    return Error(
        ErrorCode::invalid,
        fmt::format("{}: natsctl does not understand `{}`; say creds, nkey or user instead",
                    file.string(),
                    key));
  }
  NatsContext context;
  const auto url = (*json)["url"].text();
  for (const auto& piece : base::split(url, ',')) {
    if (!base::trim(piece).empty()) context.urls.emplace_back(base::trim(piece));
  }
  context.access = {.user = (*json)["user"].text(),
                    .password = secret_in(*json, "password", file),
                    .token = secret_in(*json, "token", file),
                    .nkey = {.file = path_in(*json, "nkey", environment)},
                    .creds = path_in(*json, "creds", environment),
                    .ca = path_in(*json, "ca", environment),
                    .cert = path_in(*json, "cert", environment),
                    .key = path_in(*json, "key", environment)};
  return context;
}

Result<Access> with_context(const Access& access, const Environment& environment) {
  if (access.context.empty()) return access;
  const auto context = TRY(read_nats_context(access.context, environment)).access;
  Access result = access;
  result.context.clear();
  // One way to log in: the context's is not mixed into another that is said here.
  const bool logs_in = !access.user.empty() || !access.token.empty() || !access.nkey.empty() ||
                       !access.creds.empty();
  if (!logs_in) {
    result.user = context.user;
    fill(result.password, context.password);
    result.token = context.token;
    result.nkey = context.nkey;
    result.creds = context.creds;
  } else if (access.user == context.user) {
    fill(result.password, context.password);
  }
  fill(result.ca, context.ca);
  if (result.cert.empty()) {
    result.cert = context.cert;
    result.key = context.key;
  }
  return result;
}

}  // namespace plan
