// $SYS.REQ.USER.INFO: who am I, and what may I do?
#include "broker/monitor/snapshot.h"
#include "broker/protocol/headers.h"
#include "broker/system/services.h"

namespace broker {

namespace {

using base::Json;

Json rules_json(const SubjectRules& rules) {
  Json json = Json::object();
  if (rules.allow) json.set("allow", *rules.allow);
  if (!rules.deny.empty()) json.set("deny", rules.deny);
  return json;
}

Json permissions_json(const PermissionRules& rules) {
  Json json = Json::object(
      {{"publish", rules_json(rules.publish)}, {"subscribe", rules_json(rules.subscribe)}});
  if (rules.allow_responses) {
    json.set(
        "responses",
        Json::object({{"max", rules.allow_responses->max},
                      {"ttl", static_cast<std::int64_t>(rules.allow_responses->expires.count())}}));
  }
  return json;
}

// What the client of that number is allowed; null when it may everything or has gone.
base::Result<Json> permissions_of(const Desk& desk, std::uint64_t cid) {
  Json found;
  for (const Json& part : TRY(ask_every_worker(desk.server.workers(), [cid](Worker& worker) {
         Json permissions;
         for_each_client(worker, [&](ClientSession& client) {
           if (client.state().id != cid || client.identity().permissions == nullptr) return;
           permissions = permissions_json(client.identity().permissions->rules());
         });
         return permissions;
       }))) {
    if (!part.is_null()) found = part;
  }
  return found;
}

}  // namespace

Reply serve_user_info(const Desk& desk, const Asked& asked) {
  const auto requester = Json::parse(find_header(asked.headers, "Nats-Request-Info"));
  if (!requester) return error_answer(desk, 400, "");
  auto permissions = permissions_of(desk, (*requester)["id"].unsigned_integer());
  if (!permissions) return error_answer(desk, 500, permissions.error().what);
  Json data = Json::object(
      {{"user", (*requester)["user"].text()}, {"account", (*requester)["acc"].text()}});
  if (!permissions->is_null()) data.set("permissions", *std::move(permissions));
  return data_answer(desk, std::move(data));
}

}  // namespace broker
