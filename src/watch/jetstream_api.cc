#include "watch/jetstream_api.h"

#include <fmt/core.h>

namespace watch {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr base::nanoseconds kApiPatience = std::chrono::seconds(2);
constexpr std::int64_t kNotFound = 404;

// "STREAM.INFO.ORDERS", "CONSUMER.INFO.ORDERS.DUR"
std::string subject_of(const RaftGroupView& group, const std::string& verb) {
  if (group.consumer.empty()) return fmt::format("$JS.API.STREAM.{}.{}", verb, group.stream);
  return fmt::format("$JS.API.CONSUMER.{}.{}.{}", verb, group.stream, group.consumer);
}

}  // namespace

Result<JetStreamApi> JetStreamApi::open(const std::vector<std::string>& servers,
                                        const plan::Access& access) {
  ConnectSettings settings;
  settings.servers = servers;
  settings.name = "natsctl";
  settings.access = access;
  settings.reconnect = ConnectSettings::Reconnect::none;
  return JetStreamApi(TRY(NatsConnection::open(settings)));
}

Result<Json> JetStreamApi::request(const std::string& subject, const Json& payload) {
  const auto text = payload.is_null() ? std::string() : payload.dump();
  const auto answer = TRY(connection_->request(subject, text, kApiPatience));
  auto json = TRY(Json::parse(answer.data));
  const auto* error = json.find("error");
  if (error == nullptr) return json;
  const auto code =
      (*error)["code"].integer() == kNotFound ? ErrorCode::not_found : ErrorCode::refused;
  return Error(code, fmt::format("{}: {}", subject, (*error)["description"].text()));
}

Result<std::string> JetStreamApi::leader_of(const RaftGroupView& group) {
  const auto info = TRY(request(subject_of(group, "INFO"), {}));
  return info["cluster"]["leader"].text();
}

Result<void> JetStreamApi::step_down(const RaftGroupView& group, const std::string& to) {
  Json payload;
  if (!to.empty()) {
    payload = Json::object({{"placement", Json::object({{"preferred", to}})}});
  }
  TRY(request(subject_of(group, "LEADER.STEPDOWN"), payload));
  return {};
}

}  // namespace watch
