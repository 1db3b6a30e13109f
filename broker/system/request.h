#pragma once

#include "base/json.h"
#include "base/result.h"
#include "broker/monitor/query.h"
#include "broker/server/server.h"

#include <span>
#include <string>
#include <string_view>

// A request's payload: JSON, or nothing.
//
//   {"server_name":"A", "subscriptions":true, "limit":10}
//
// Source: nats-server 2.10 server/events.go (EventFilterOptions), server/monitor.go (ConnzOptions
// and its like)
namespace broker {

// An option in the payload, and the parameter it is in the query of the page over HTTP.
struct RequestOption {
  std::string_view name;
  std::string_view parameter;

  enum class Kind { flag, number, text, texts, detail, state } kind;
};

// An empty payload is an empty object. The Error is for the requester.
base::Result<base::Json> read_payload(std::string_view payload);

// Whether the filter in a payload (server_name, host, cluster, tags, domain) means this server.
base::Result<bool> concerns(const Server& server, const base::Json& payload);

// The options as a page's query. An option of another kind than its row says is an Error.
base::Result<std::map<std::string, std::string>> read_options(
    const base::Json& payload, std::span<const RequestOption> options);

}  // namespace broker
