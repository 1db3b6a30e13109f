#include "broker/monitor/endpoints.h"
#include "contract/monitoring.h"

namespace broker {

namespace {

constexpr char kNotReady[] = "failed to be ready for connections after 1ms: server";

// Compact, unlike the other pages.
Answer answer(const contract::Healthz& health, int status) {
  base::Json json = health.to_json();
  std::string body = json.dump();
  return {.status = status, .body = std::move(body), .value = std::move(json)};
}

Answer unhealthy(int status, std::string_view type, std::string error, bool details) {
  contract::Healthz health{.status = "error"};
  if (details) {
    health.status_code = status;
    health.errors =
        base::Json(base::Json::Array{base::Json::object({{"type", type}, {"error", error}})});
  } else {
    health.error = std::move(error);
  }
  return answer(health, status);
}

}  // namespace

// Without JetStream a server is healthy when clients may come in.
base::Result<Answer> healthz_page(const Monitored& monitored, const Query& query) {
  for (const char* flag : {"js-enabled", "js-enabled-only", "js-server-only"})
    TRY(query.flag(flag));
  const bool details = TRY(query.flag("details"));
  if (!monitored.server.accepts_clients()) return unhealthy(500, "CONNECTION", kNotReady, details);
  if (!query.text("stream").empty() && query.text("account").empty()) {
    return unhealthy(
        400, "BAD_REQUEST", "\"account\" must not be empty when checking stream health", details);
  }
  return answer({.status = "ok"}, 200);
}

}  // namespace broker
