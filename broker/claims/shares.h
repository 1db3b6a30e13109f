#pragma once

#include "broker/claims/account_claims.h"

namespace broker {

// What is wrong with an account's exports and imports, activation tokens included.
void check_exports(const AccountClaims& account, Issues& issues);
void check_imports(const AccountClaims& account, Issues& issues);

// The token with which an exporting account lets `importer` import, times left aside.
void check_activation(const ClaimedImport& import, const Claims& importer, Issues& issues);

// Whether one subject is part of another, by the letters: as the library of NATS has it.
bool is_contained(std::string_view subject, std::string_view other);

}  // namespace broker
