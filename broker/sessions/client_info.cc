#include "broker/sessions/client_info.h"

namespace broker {

namespace {

void set_unless_empty(base::Json& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json.set(name, value);
}

}  // namespace

std::string_view client_type(const SessionState& state) {
  return state.door == ConnectionType::websocket ? "websocket" : "nats";
}

base::Json client_info(const SessionState& state, Disclosure disclosure, const ServedBy& by) {
  const bool everything = disclosure == Disclosure::everything;
  base::Json info = base::Json::object();
  if (everything) {
    info.set("start", base::format_time(state.start));
    info.set("host", state.remote.ip);
    info.set("id", state.id);
  }
  set_unless_empty(info, "acc", state.account);
  if (everything) {
    set_unless_empty(info, "user", state.user);
    set_unless_empty(info, "name", state.name);
    set_unless_empty(info, "lang", state.lang);
    set_unless_empty(info, "ver", state.version);
  }
  if (state.rtt.count() > 0) info.set("rtt", state.rtt.count());
  if (disclosure != Disclosure::account) {
    set_unless_empty(info, "server", by.server);
    set_unless_empty(info, "cluster", by.cluster);
  }
  if (!everything) return info;
  if (state.stop) info.set("stop", base::format_time(*state.stop));
  const bool leaf = state.door == ConnectionType::leafnode;
  info.set("kind", leaf ? "Leafnode" : "Client");
  if (!leaf) info.set("client_type", client_type(state));
  return info;
}

}  // namespace broker
