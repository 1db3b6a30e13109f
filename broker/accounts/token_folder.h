#pragma once

#include "base/result.h"
#include "base/units.h"

#include <array>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace broker {

// The JWTs of accounts in a folder, a file each: "ABCD....jwt". Nobody else writes there.
// Source: nats-server server/dirstore.go
//
// Threads: any; one lock.
class TokenFolder {
 public:
  enum class Removal : std::uint8_t {
    refused,
    rename,  // to "ABCD....jwt.deleted"
    erase,
  };

  struct Settings {
    std::filesystem::path folder = {};
    std::int64_t limit = 0;   // files; 0: any number
    bool evict = false;       // at the limit the one that was not used longest goes
    base::nanoseconds ttl{};  // of a file since it was used; 0: until its JWT ends
    Removal removal = Removal::refused;
  };

  using Now = std::function<base::WallTime()>;

  // Makes the folder when there is none, and reads what is in it.
  static base::Result<std::unique_ptr<TokenFolder>> open(Settings settings, Now now);

  const std::filesystem::path& folder() const { return settings_.folder; }

  Removal removal() const { return settings_.removal; }

  base::Result<std::string> load(const std::string& account);

  // True: another one than before.
  base::Result<bool> save(const std::string& account, const std::string& token);

  // Likewise, unless the one that is there was issued later.
  base::Result<bool> save_if_newer(const std::string& account, const std::string& token);

  // True: there was one.
  base::Result<bool> remove(const std::string& account);

  // 32 bytes that are the same for the same JWTs.
  std::string digest();

  // Every JWT whose time is not over, by account.
  std::map<std::string, std::string> all();

  // Reads the folder again, for files that someone else put there. The accounts whose JWT is
  // another one now.
  std::vector<std::string> reread();

  // Removes what is too old.
  void tidy();

 private:
  using Digest = std::array<unsigned char, 32>;

  struct Entry {
    Digest digest = {};
    base::WallTime until = {};
    std::list<std::string>::iterator use = {};  // in used_
  };

  TokenFolder(Settings settings, Now now) : settings_(std::move(settings)), now_(std::move(now)) {}

  std::filesystem::path file_of(const std::string& account) const;
  base::Result<bool> write(const std::string& account, const std::string& token);
  void track(const std::string& account, const std::string& token);
  void untrack(const std::string& account);
  void touch(const std::string& account);
  base::WallTime end_of(const std::string& token) const;

  const Settings settings_;
  const Now now_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // these three guarded by mutex_
  std::list<std::string> used_;           // the one that was not used longest first
  Digest digest_ = {};
};

}  // namespace broker
