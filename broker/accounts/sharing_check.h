#pragma once

#include "broker/accounts/account_rules.h"

#include <string>
#include <vector>

// Whether accounts may share as they want to. Pure; the sentences are nats-server's.
namespace broker {

// Whether that account may import a stream or a service from `exporter`. An export for who shows a
// token needs `permitted`.
bool may_import(const AccountRules& exporter,
                const std::string& importer,
                const StreamImport& import);
bool may_import(const AccountRules& exporter,
                const std::string& importer,
                const ServiceImport& import);

// The export that an import of `subject` uses: the one of that subject, otherwise one that covers
// it; null: none.
const StreamExport* find_export(const std::vector<StreamExport>& exports, std::string_view subject);
const ServiceExport* find_export(const std::vector<ServiceExport>& exports,
                                 std::string_view subject);

// Everything that is wrong between these accounts: "Error adding stream import "a.>": stream import
// not authorized". `with_events`: there is a system account, which latencies need.
std::vector<std::string> sharing_mistakes(const std::vector<AccountRules>& accounts,
                                          bool with_events);

}  // namespace broker
