#pragma once

#include "broker/claims/issues.h"

namespace broker {

struct OperatorClaims {
  Claims claims = {};
  std::vector<std::string> signing_keys = {};
  std::string account_server_url = {};
  std::vector<std::string> service_urls = {};
  std::string system_account = {};
  std::string least_version = {};  // of servers: "2.10.0"
  bool strict = false;             // signs accounts with its signing keys only

  // The keys whose word counts: for accounts, and as nats-server has it in this order.
  std::vector<std::string> trusted_keys() const;
};

base::Result<OperatorClaims> decode_operator(std::string_view token);

}  // namespace broker
