#include "contract/server_info.h"

#include "base/base64.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"

namespace contract {
namespace {

using base::Json;

using Writer = JsonWriter;

std::optional<Json> to_json(const std::optional<SubjectPermissions>& permissions) {
  return permissions ? std::optional(contract::to_json(*permissions)) : std::nullopt;
}

auto read_into(std::optional<SubjectPermissions>& out) {
  return [&out](JsonReader& in) { in.get("allow", out.emplace().allow).get("deny", out->deny); };
}

}  // namespace

Json to_json(const SubjectPermissions& permissions) {
  return Writer().some("allow", permissions.allow).some("deny", permissions.deny).done();
}

Json to_json(const ServerInfo& info) {
  Writer out;
  out.always("server_id", info.server_id)
      .always("server_name", info.server_name)
      .always("version", info.version)
      .always("proto", info.proto)
      .some("git_commit", info.git_commit)
      .always("go", info.go)
      .always("host", info.host)
      .always("port", info.port)
      .always("headers", info.headers)
      .some("auth_required", info.auth_required)
      .some("tls_required", info.tls_required)
      .some("tls_verify", info.tls_verify)
      .some("tls_available", info.tls_available)
      .always("max_payload", info.max_payload)
      .some("jetstream", info.jetstream)
      .some("ip", info.ip)
      .some("client_id", info.client_id)
      .some("client_ip", info.client_ip)
      .some("nonce", info.nonce)
      .some("cluster", info.cluster)
      .some("cluster_dynamic", info.cluster_dynamic)
      .some("domain", info.domain)
      .some("connect_urls", info.connect_urls)
      .some("ws_connect_urls", info.ws_connect_urls)
      .some("ldm", info.lame_duck)
      .some("compression", info.compression)
      .some("connect_info", info.connect_info)
      .some("remote_account", info.remote_account)
      .some("acc_is_sys", info.is_system_account)
      .some("import", to_json(info.import_permissions))
      .some("export", to_json(info.export_permissions))
      .some("lnoc", info.lnoc)
      .some("lnocu", info.lnocu)
      .some("info_on_connect", info.info_on_connect)
      .some("gateway", info.gateway)
      .some("gateway_urls", info.gateway_urls)
      .some("gateway_url", info.gateway_url)
      .some("gateway_cmd", info.gateway_cmd)
      .some("gateway_cmd_payload", base::to_base64(info.gateway_cmd_payload))
      .some("gateway_nrp", info.gateway_nrp)
      .some("gateway_iom", info.gateway_iom)
      .some("leafnode_urls", info.leafnode_urls);
  if (info.route_pool_size) out.always("route_pool_size", *info.route_pool_size);
  out.some("route_pool_idx", info.route_pool_idx)
      .some("route_account", info.route_account)
      .some("gossip_mode", info.gossip_mode)
      .some("xkey", info.xkey);
  return out.done();
}

base::Result<ServerInfo> read_server_info(std::string_view text) {
  const Json json = TRY(Json::parse(text));
  ServerInfo info;
  std::string payload;
  JsonReader in(json);
  in.get("server_id", info.server_id)
      .get("server_name", info.server_name)
      .get("version", info.version)
      .get("proto", info.proto)
      .get("git_commit", info.git_commit)
      .get("go", info.go)
      .get("host", info.host)
      .get("port", info.port)
      .get("headers", info.headers)
      .get("auth_required", info.auth_required)
      .get("tls_required", info.tls_required)
      .get("tls_verify", info.tls_verify)
      .get("tls_available", info.tls_available)
      .get("max_payload", info.max_payload)
      .get("jetstream", info.jetstream)
      .get("ip", info.ip)
      .get("client_id", info.client_id)
      .get("client_ip", info.client_ip)
      .get("nonce", info.nonce)
      .get("cluster", info.cluster)
      .get("cluster_dynamic", info.cluster_dynamic)
      .get("domain", info.domain)
      .get("connect_urls", info.connect_urls)
      .get("ws_connect_urls", info.ws_connect_urls)
      .get("ldm", info.lame_duck)
      .get("compression", info.compression)
      .get("connect_info", info.connect_info)
      .get("remote_account", info.remote_account)
      .get("acc_is_sys", info.is_system_account)
      .with("import", read_into(info.import_permissions))
      .with("export", read_into(info.export_permissions))
      .get("lnoc", info.lnoc)
      .get("lnocu", info.lnocu)
      .get("info_on_connect", info.info_on_connect)
      .get("gateway", info.gateway)
      .get("gateway_urls", info.gateway_urls)
      .get("gateway_url", info.gateway_url)
      .get("gateway_cmd", info.gateway_cmd)
      .get("gateway_cmd_payload", payload)
      .get("gateway_nrp", info.gateway_nrp)
      .get("gateway_iom", info.gateway_iom)
      .get("leafnode_urls", info.leafnode_urls)
      .get("route_pool_size", info.route_pool_size)
      .get("route_pool_idx", info.route_pool_idx)
      .get("route_account", info.route_account)
      .get("gossip_mode", info.gossip_mode)
      .get("xkey", info.xkey);
  TRY(in.done());
  info.gateway_cmd_payload = TRY(base::from_base64(payload));
  return info;
}

Json to_json(const ClientConnect& connect) {
  return Writer()
      .always("echo", connect.echo)
      .always("verbose", connect.verbose)
      .always("pedantic", connect.pedantic)
      .some("user", connect.user)
      .some("pass", connect.pass)
      .some("auth_token", connect.auth_token)
      .some("nkey", connect.nkey)
      .some("sig", connect.sig)
      .some("jwt", connect.jwt)
      .always("tls_required", connect.tls_required)
      .some("name", connect.name)
      .some("lang", connect.lang)
      .some("version", connect.version)
      .always("protocol", connect.protocol)
      .some("account", connect.account)
      .some("new_account", connect.new_account)
      .always("headers", connect.headers)
      .always("no_responders", connect.no_responders)
      .done();
}

base::Result<ClientConnect> read_client_connect(std::string_view text, ClientConnect before) {
  const Json json = TRY(Json::parse(text));
  ClientConnect connect = std::move(before);
  JsonReader in(json);
  in.get("echo", connect.echo)
      .get("verbose", connect.verbose)
      .get("pedantic", connect.pedantic)
      .get("tls_required", connect.tls_required)
      .get("user", connect.user)
      .get("pass", connect.pass)
      .get("auth_token", connect.auth_token)
      .get("nkey", connect.nkey)
      .get("sig", connect.sig)
      .get("jwt", connect.jwt)
      .get("name", connect.name)
      .get("lang", connect.lang)
      .get("version", connect.version)
      .get("protocol", connect.protocol)
      .get("account", connect.account)
      .get("new_account", connect.new_account)
      .get("headers", connect.headers)
      .get("no_responders", connect.no_responders)
      .get("gateway", connect.gateway)
      .get("remote_account", connect.remote_account);
  TRY(in.done());
  return connect;
}

Json to_json(const RouteConnect& connect) {
  return Writer()
      .always("echo", connect.echo)
      .always("verbose", connect.verbose)
      .always("pedantic", connect.pedantic)
      .some("user", connect.user)
      .some("pass", connect.pass)
      .always("tls_required", connect.tls_required)
      .always("headers", connect.headers)
      .always("name", connect.name)
      .some("cluster", connect.cluster)
      .some("cluster_dynamic", connect.cluster_dynamic)
      .some("lnoc", connect.lnoc)
      .some("lnocu", connect.lnocu)
      .some("gateway", connect.gateway)
      .done();
}

base::Result<RouteConnect> read_route_connect(std::string_view text) {
  const Json json = TRY(Json::parse(text));
  RouteConnect connect;
  JsonReader in(json);
  in.get("echo", connect.echo)
      .get("verbose", connect.verbose)
      .get("pedantic", connect.pedantic)
      .get("user", connect.user)
      .get("pass", connect.pass)
      .get("tls_required", connect.tls_required)
      .get("headers", connect.headers)
      .get("name", connect.name)
      .get("cluster", connect.cluster)
      .get("cluster_dynamic", connect.cluster_dynamic)
      .get("lnoc", connect.lnoc)
      .get("lnocu", connect.lnocu)
      .get("lang", connect.lang)
      .get("gateway", connect.gateway);
  TRY(in.done());
  return connect;
}

}  // namespace contract
