#pragma once

#include "broker/claims/account_claims.h"

namespace broker {

// What is wrong with an account's exports and imports, activation tokens included.
void check_exports(const AccountClaims& account, Issues& issues);
void check_imports(const AccountClaims& account, Issues& issues);

}  // namespace broker
