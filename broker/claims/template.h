#pragma once

#include "broker/claims/user_claims.h"

#include <string>
#include <vector>

namespace broker {

// Whose account a template is filled in for.
struct TemplateAccount {
  std::string name = {};
  std::string key = {};
  std::vector<std::string> tags = {};
};

// A signing key's template as it reads for one user: "{{name()}}", "{{subject()}}",
// "{{account-name()}}", "{{account-subject()}}", "{{tag(team)}}" and "{{account-tag(team)}}" are
// words that the user and its account fill in; of several tags each makes a subject of its own.
// Subjects that come out wrong are left out of what is allowed; in what is denied they are an
// error. When nothing that was allowed is left, everything is denied.
// Source: nats-server server/auth.go (processUserPermissionsTemplate)
base::Result<UserLimits> fill_template(UserLimits scope,
                                       const UserClaims& user,
                                       const TemplateAccount& account);

}  // namespace broker
