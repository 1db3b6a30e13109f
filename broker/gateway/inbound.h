#pragma once

#include "broker/gateway/gateway_session.h"
#include "broker/gateway/interest_teller.h"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace broker {

// A connection on which messages of one other cluster arrive: one of its servers dialled us.
// Threads: its worker's.
class InboundGateway final : public GatewaySession {
 public:
  // On the worker's thread.
  static void make(Worker& worker, SuperCluster& all, Socket socket);

  std::optional<GatewayState> gateway_state() const override;
  void account_added(Account& account) override;

 private:
  InboundGateway(Birth birth, SuperCluster& all);

  void greet() override;
  void on_info(const contract::ServerInfo& info) override;
  void on_other(const Operation& operation) override;
  void on_end() override;

  void on_connect(const Operation& operation);
  void on_message(const Operation& operation);

  std::shared_ptr<InterestTeller> teller_;
  std::set<std::string, std::less<>> refused_;  // accounts that we do not know (A-)
};

}  // namespace broker
