#pragma once

#include "base/result.h"

#include <map>
#include <mutex>
#include <string>

namespace broker {

// Where the JWTs of accounts come from. Threads: any.
class AccountResolver {
 public:
  virtual ~AccountResolver() = default;

  // The JWT of the account with that public key, unchecked, as far as it is at hand. With the error
  // code `timeout` it has to be asked for elsewhere, which is fetch().
  virtual base::Result<std::string> at_hand(const std::string& account) = 0;

  // Likewise, from wherever it is; that may take seconds.
  virtual base::Result<std::string> fetch(const std::string& account) { return at_hand(account); }

  // What it keeps may have been changed behind its back.
  virtual void reread() {}

  // Takes a JWT that configuration or another server has. Refused by those that only read.
  virtual base::Result<void> store(const std::string& account, const std::string& token) = 0;
};

// `resolver: MEMORY`: knows what configuration preloads.
class MemoryResolver final : public AccountResolver {
 public:
  base::Result<std::string> at_hand(const std::string& account) override;
  base::Result<void> store(const std::string& account, const std::string& token) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> tokens_;  // guarded by mutex_
};

}  // namespace broker
