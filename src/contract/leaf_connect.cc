#include "contract/leaf_connect.h"

#include "contract/json_reader.h"
#include "contract/json_writer.h"

namespace contract {

base::Json to_json(const LeafConnect& connect) {
  return JsonWriter()
      .some("version", connect.version)
      .some("nkey", connect.nkey)
      .some("jwt", connect.jwt)
      .some("sig", connect.signature)
      .some("user", connect.user)
      .some("pass", connect.password)
      .some("auth_token", connect.token)
      .some("tls_required", connect.tls_required)
      .some("server_id", connect.server_id)
      .some("domain", connect.domain)
      .some("name", connect.name)
      .some("is_hub", connect.is_hub)
      .some("cluster", connect.cluster)
      .some("headers", connect.headers)
      .some("jetstream", connect.jetstream)
      .some("deny_pub", connect.deny_publish)
      .some("isolate", connect.isolate)
      .some("compress_mode", connect.compression)
      .some("remote_account", connect.remote_account)
      .some("protocol", connect.protocol)
      .done();
}

base::Result<LeafConnect> read_leaf_connect(std::string_view text) {
  const base::Json json = TRY(base::Json::parse(text));
  LeafConnect connect;
  JsonReader in(json);
  in.get("version", connect.version)
      .get("nkey", connect.nkey)
      .get("jwt", connect.jwt)
      .get("sig", connect.signature)
      .get("user", connect.user)
      .get("pass", connect.password)
      .get("auth_token", connect.token)
      .get("tls_required", connect.tls_required)
      .get("server_id", connect.server_id)
      .get("domain", connect.domain)
      .get("name", connect.name)
      .get("is_hub", connect.is_hub)
      .get("cluster", connect.cluster)
      .get("headers", connect.headers)
      .get("jetstream", connect.jetstream)
      .get("deny_pub", connect.deny_publish)
      .get("isolate", connect.isolate)
      .get("compress_mode", connect.compression)
      .get("remote_account", connect.remote_account)
      .get("protocol", connect.protocol)
      .get("lang", connect.lang)
      .get("gateway", connect.gateway);
  TRY(in.done());
  return connect;
}

}  // namespace contract
