#pragma once

#include "broker/gateway/gateway_session.h"
#include "broker/gateway/outbound_interest.h"

#include <optional>
#include <string>

namespace broker {

// The connection on which our messages leave for one other cluster: we dialled it.
// Threads: its worker's.
class OutboundGateway final : public GatewaySession {
 public:
  // On the worker's thread.
  static void make(Worker& worker,
                   SuperCluster& all,
                   Socket socket,
                   const std::string& cluster,
                   const contract::Url& url);

  std::optional<GatewayState> gateway_state() const override;
  void account_added(Account& account) override;

 private:
  OutboundGateway(Birth birth, SuperCluster& all, const std::string& cluster, contract::Url url);

  void greet() override;
  void on_info(const contract::ServerInfo& info) override;
  void on_other(const Operation& operation) override;
  void on_end() override;

  bool is_expected(const contract::ServerInfo& info);
  bool introduce(const contract::ServerInfo& info);
  void on_command(const contract::ServerInfo& info);

  const contract::Url url_;  // the one that was dialled
  OutboundInterest interest_;
  bool introduced_ = false;  // the first INFO has come
  bool redundant_ = false;   // its cluster is here by another connection
};

}  // namespace broker
