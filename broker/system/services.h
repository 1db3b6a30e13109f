#pragma once

#include "base/json.h"
#include "broker/monitor/endpoints.h"
#include "broker/system/request.h"
#include "broker/system/server_stamp.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

// What can be asked for in the system account. Every service is a row and answers
// {"server":{...},"data":{...}} or {"server":{...},"error":{"code":400,"description":"..."}}.
//
// Threads: the desk's.
namespace broker {

// What the services answer from.
struct Desk {
  Server& server;
  Observations& seen;
  ServerStamp& stamp;
};

// A request as it came.
struct Asked {
  std::string subject = {};
  std::string reply = {};
  std::string headers = {};
  std::string payload = {};
};

// Nothing: the request does not concern this server, which stays silent.
using Reply = std::optional<base::Json>;

// A page of monitoring as a service.
struct PageService {
  std::string_view name;  // the last token of its subject
  Render page;
  std::span<const RequestOption> options;
};

// On "$SYS.REQ.SERVER.<id>.NAME" and "$SYS.REQ.SERVER.PING.NAME".
std::span<const PageService> server_services();

// On "$SYS.REQ.ACCOUNT.<account>.NAME".
std::span<const PageService> account_services();

// The answer of a page. With an account, the page is about that one.
Reply serve_page(const Desk& desk,
                 const PageService& service,
                 const Asked& asked,
                 const std::string& account = {});

// Statistics of the accounts that the payload names, or of all that have clients; silent when there
// are none.
Reply serve_account_statistics(const Desk& desk,
                               const Asked& asked,
                               const std::string& account = {});

// {"cid":9}: that client is closed, or told to look for another server.
Reply kick_client(const Desk& desk, const Asked& asked);
Reply send_client_away(const Desk& desk, const Asked& asked);

// The requester itself: {"user","account","permissions"}.
Reply serve_user_info(const Desk& desk, const Asked& asked);

base::Json data_answer(const Desk& desk, base::Json data);
base::Json error_answer(const Desk& desk, int code, const std::string& description);

}  // namespace broker
