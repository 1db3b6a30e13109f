#pragma once

#include "broker/monitor/endpoints.h"

namespace broker {

// One account with what it shares and maps: "account_detail" of /accountz.
// Source: nats-server 2.10 server/monitor.go (AccountInfo, ExtExport, ExtImport)
base::Json account_detail(const Monitored& monitored, Account& account);

}  // namespace broker
