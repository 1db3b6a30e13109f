#include "broker/system/request.h"

#include "base/text.h"

#include <algorithm>

namespace broker {

namespace {

using base::Json;
using Kind = RequestOption::Kind;

base::Error wrong_kind(std::string_view name) {
  return {base::ErrorCode::invalid,
          "json: cannot unmarshal: the value of \"" + std::string(name) + "\" is of another kind"};
}

bool is_of_kind(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::flag:
    case Kind::detail:
      return value.kind() == Json::Kind::boolean;
    case Kind::number:
    case Kind::state:
      return value.is_number();
    case Kind::text:
      return value.is_text();
    case Kind::texts:
      return value.is_array();
  }
  return false;
}

// The states of clients by their number. Source: nats-server server/monitor.go (ConnState)
std::string state_name(std::int64_t number) {
  if (number == 1) return "closed";
  return number == 2 ? "all" : "open";
}

std::string as_parameter(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::flag:
      return value.boolean() ? "true" : "false";
    case Kind::detail:
      return value.boolean() ? "detail" : "";
    case Kind::number:
      return std::to_string(value.integer());
    case Kind::state:
      return state_name(value.integer());
    case Kind::text:
      return value.text();
    case Kind::texts:
      return base::join(value.texts(), ",");
  }
  return {};
}

// Whether `value` is what the filter asks for, or has it in it when it need not be exact.
base::Result<bool> fits(const Json& payload, std::string_view name, const std::string& value) {
  const Json* asked = payload.find(name);
  if (asked == nullptr || asked->is_null()) return true;
  if (!asked->is_text()) return wrong_kind(name);
  if (payload["exact_match"].boolean()) return asked->text().empty() || value == asked->text();
  return value.find(asked->text()) != std::string::npos;
}

}  // namespace

base::Result<Json> read_payload(std::string_view payload) {
  if (payload.empty()) return Json::object();
  Json json = TRY(Json::parse(payload));
  if (!json.is_object()) {
    return base::Error(base::ErrorCode::invalid, "json: cannot unmarshal: an object is expected");
  }
  return json;
}

base::Result<bool> concerns(const Server& server, const Json& payload) {
  const contract::ServerInfo info = server.client_info();
  const bool here = TRY(fits(payload, "server_name", server.name())) &&
                    TRY(fits(payload, "host", info.host)) &&
                    TRY(fits(payload, "cluster", info.cluster));
  const auto options = server.options();
  const auto has_tag = [&](const std::string& tag) {
    return std::find(options->tags.begin(), options->tags.end(), tag) != options->tags.end();
  };
  const auto tags = payload["tags"].texts();
  return here && std::all_of(tags.begin(), tags.end(), has_tag) && payload["domain"].text().empty();
}

base::Result<std::map<std::string, std::string>> read_options(
    const Json& payload, std::span<const RequestOption> options) {
  std::map<std::string, std::string> query;
  for (const RequestOption& option : options) {
    const Json* value = payload.find(option.name);
    if (value == nullptr || value->is_null()) continue;
    if (!is_of_kind(*value, option.kind)) return wrong_kind(option.name);
    const std::string text = as_parameter(*value, option.kind);
    if (!text.empty()) query[std::string(option.parameter)] = text;
  }
  return query;
}

}  // namespace broker
