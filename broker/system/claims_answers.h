#pragma once

#include "broker/system/services.h"

#include <string>

// What is answered to one who brought a JWT. As Go sorts them: the server last.
// Source: nats-server 2.10 server/accounts.go (respondToUpdate)
namespace broker {

// The account in "$SYS.REQ.ACCOUNT.<account>.CLAIMS.UPDATE" and
// "$SYS.ACCOUNT.<account>.CLAIMS.UPDATE".
std::string claimed_account(const std::string& subject);

// {"data":{"account","code","message"},"server":{}}
base::Json claims_taken(const Desk& desk, const std::string& account, const std::string& message);

// {"error":{"account","code","description"},"server":{}}
base::Json claims_refused(const Desk& desk,
                          const std::string& account,
                          const std::string& message,
                          const std::string& why);

}  // namespace broker
