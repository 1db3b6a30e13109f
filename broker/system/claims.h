#pragma once

#include "broker/net/event_loop.h"
#include "broker/server/resolvers.h"
#include "broker/system/services.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

// Accounts' JWTs in the system account: they come in, they are handed out, and servers that keep
// folders of them keep the same ones.
// Source: nats-server 2.10 server/accounts.go (DirAccResolver), server/events.go
// (accountClaimUpdate)
namespace broker {

// "$SYS.REQ.ACCOUNT.<account>.CLAIMS.UPDATE", or "$SYS.ACCOUNT.<account>.CLAIMS.UPDATE": for a
// server that keeps no JWTs itself. Accounts in use take theirs over.
Reply update_claims(const Desk& desk, const Asked& asked);

// The services of a server with a folder of JWTs, and its questions to others.
// Threads: services on the desk's; ask() on any but a worker's; the rest on the control thread.
class ClaimsFolder {
 public:
  // Before the workers run: it subscribes.
  ClaimsFolder(const Desk& desk, std::shared_ptr<TrustedAccounts> trusted);
  ~ClaimsFolder();

  // The folder of `trusted`; nullptr when its accounts come from elsewhere.
  static FolderResolver* folder_of(const TrustedAccounts* trusted);

  // Looks at what others have, now and then, until stop().
  void start();
  void stop();

  // Other servers keep the whole of it, too; otherwise this is a cache of what was asked for.
  bool is_full() const { return resolver_.settings().kind == ResolverSettings::Kind::full; }

  Reply update(const Asked& asked);       // ...ACCOUNT.<account>.CLAIMS.UPDATE
  Reply update_any(const Asked& asked);   // $SYS.REQ.CLAIMS.UPDATE
  Reply list(const Asked& asked);         // $SYS.REQ.CLAIMS.LIST
  Reply remove(const Asked& asked);       // $SYS.REQ.CLAIMS.DELETE
  Reply look_up(const Asked& asked);      // $SYS.REQ.ACCOUNT.<account>.CLAIMS.LOOKUP
  Reply pack(const Asked& asked);         // $SYS.REQ.CLAIMS.PACK
  void merge(const std::string& packed);  // an answer to ours

 private:
  struct Question {
    std::size_t missing = 0;  // servers that have not answered
    bool answered = false;
    std::string token = {};
  };

  base::Result<std::string> ask(const std::string& account);
  void hear(const Received& message);
  void changed(const std::string& key);
  Reply take(const AccountClaims& claims, const std::string& token);
  void say(std::string subject, std::string reply, std::string body);
  void tick();
  void start_tidying();
  void find_system_account();
  void look_for_system_account();

  const Desk desk_;
  const std::shared_ptr<TrustedAccounts> trusted_;
  FolderResolver& resolver_;
  const std::string prefix_;  // "$SYS._INBOX.4x8hK2."
  Timer sync_;
  Timer tidy_;
  Timer system_;
  std::mutex mutex_;
  std::condition_variable heard_;
  std::map<std::string, Question> questions_;  // by the subject of the answer; guarded by mutex_
  bool stopped_ = false;                       // guarded by mutex_
};

}  // namespace broker
