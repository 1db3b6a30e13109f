#include "contract/user_creds.h"

#include "base/text.h"

#include <vector>

namespace contract {

namespace {

bool is_dashed(std::string_view line) {
  return line.starts_with("---") && line.ends_with("---");
}

}  // namespace

base::Result<UserCreds> read_user_creds(std::string_view text) {
  std::vector<std::string> found;
  bool open = false;
  for (const std::string& each : base::split(text, '\n')) {
    const std::string_view line = base::trim(each);
    if (is_dashed(line)) {
      open = !open;
    } else if (open && !line.empty()) {
      found.emplace_back(line);
    }
  }
  if (found.size() < 2) {
    return base::Error(base::ErrorCode::invalid,
                       "Credentials file malformed: a JWT and a seed are wanted, each between two "
                       "dashed lines");
  }
  return UserCreds{found[0], found[1]};
}

}  // namespace contract
