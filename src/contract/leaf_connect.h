#pragma once

#include "base/json.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace contract {

// CONNECT of a server that dials another one's leaf node port. What a version does not know it does
// not say. Source: nats-server server/leafnode.go (leafConnectInfo), 2.9 to 2.15
struct LeafConnect {
  std::string version = {};
  std::string nkey = {};
  std::string jwt = {};
  std::string signature = {};  // "sig"
  std::string user = {};
  std::string password = {};  // "pass"
  std::string token = {};     // "auth_token"
  bool tls_required = false;
  std::string server_id = {};
  std::string domain = {};
  std::string name = {};
  bool is_hub = false;  // who dials is the hub
  std::string cluster = {};
  bool headers = false;
  bool jetstream = false;
  std::vector<std::string> deny_publish = {};  // "deny_pub": what it does not want to be sent
  bool isolate = false;
  std::string compression = {};  // "compress_mode"
  std::string remote_account = {};
  int protocol = 0;

  // Set by peers that came to the wrong port.
  std::string lang = {};
  std::string gateway = {};

  bool operator==(const LeafConnect&) const = default;
};

base::Json to_json(const LeafConnect& connect);
base::Result<LeafConnect> read_leaf_connect(std::string_view text);

}  // namespace contract
