#pragma once

#include "base/json.h"
#include "base/result.h"
#include "plan/plan.h"
#include "watch/nats_connection.h"
#include "watch/raft_groups.h"

#include <memory>
#include <string>
#include <vector>

// JetStream's API as a client of the plan's `access` has it: for the streams and consumers of that
// client's account.
//
// Errors: not_found for what this account does not have; refused when the server says no; timeout
// and io when there is no answer.
// Source: nats-server server/jetstream_api.go;
// docs.nats.io/reference/reference-protocols/nats_api_reference
namespace watch {

class JetStreamApi {
 public:
  // A connection to one of these servers.
  static base::Result<JetStreamApi> open(const std::vector<std::string>& servers,
                                         const plan::Access& access);

  // Who leads the group now, as the account's own view has it.
  base::Result<std::string> leader_of(const RaftGroupView& group);

  // Asks its leader to give the lead to another. `to`: that server, which servers before 2.11 do
  // not understand; empty: whom they choose.
  base::Result<void> step_down(const RaftGroupView& group, const std::string& to = {});

 private:
  explicit JetStreamApi(std::unique_ptr<NatsConnection> connection)
      : connection_(std::move(connection)) {}

  base::Result<base::Json> request(const std::string& subject, const base::Json& payload);

  std::unique_ptr<NatsConnection> connection_;
};

}  // namespace watch
