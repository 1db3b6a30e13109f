#pragma once

#include "broker/accounts/crossing.h"
#include "broker/subjects/subject_mappings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What an account shares with others, maps and limits: plain data. Configuration and account claims
// fill it, exchange/sharing.h makes it work.
//
//   A { exports: [ { stream: "orders.>" }, { service: "svc.a", accounts: [B] } ] }
//   B { imports: [ { stream: { account: A, subject: "orders.>" }, prefix: a },
//                  { service: { account: A, subject: "svc.a" }, to: "my.a" } ] }
//
// Source: nats-server server/accounts.go; docs.nats.io/running-a-nats-service/configuration/
// securing_nats/accounts
namespace broker {

// Whom an export is for.
struct ExportAccess {
  std::vector<std::string> accounts = {};  // empty: everyone
  bool by_token = false;                   // who shows a token of the exporting account; see jwt
  std::size_t account_position = 0;  // from 1: this token of the subject is the importer's name

  bool is_public() const { return accounts.empty() && !by_token && account_position == 0; }

  bool operator==(const ExportAccess&) const = default;
};

struct StreamExport {
  std::string subject = {};
  ExportAccess access = {};

  bool operator==(const StreamExport&) const = default;
};

struct ServiceExport {
  std::string subject = {};
  ExportAccess access = {};
  ResponseType response = ResponseType::single;
  base::nanoseconds threshold = kResponseThreshold;
  std::optional<LatencySampling> latency = {};
  bool allow_trace = false;

  bool operator==(const ServiceExport&) const = default;
};

struct StreamImport {
  std::string account = {};  // who exports it
  std::string subject = {};  // there
  std::string prefix = {};   // put before it here
  std::string to = {};       // or what it is called here: "by.$2.$1"; both empty: as there
  bool permitted = false;    // by a token, which was looked at before
  bool allow_trace = false;

  bool operator==(const StreamImport&) const = default;
};

struct ServiceImport {
  std::string account = {};  // who serves
  std::string subject = {};  // there
  std::string to = {};       // here; empty: as there
  bool share = false;        // who asks is told in full
  bool permitted = false;    // by a token, which was looked at before

  bool operator==(const ServiceImport&) const = default;
};

// Below 0: as many as the server allows.
struct AccountLimits {
  std::int64_t max_connections = -1;
  std::int64_t max_subscriptions = -1;  // of one connection
  std::int64_t max_payload = -1;        // bytes
  std::int64_t max_leafnodes = -1;

  bool operator==(const AccountLimits&) const = default;
};

struct AccountRules {
  std::string name = {};
  std::vector<StreamExport> stream_exports = {};
  std::vector<ServiceExport> service_exports = {};
  std::vector<StreamImport> stream_imports = {};
  std::vector<ServiceImport> service_imports = {};
  std::vector<Mapping> mappings = {};
  AccountLimits limits = {};

  bool operator==(const AccountRules&) const = default;
};

// A stream as it comes in: "orders.eu" there is "a.orders.eu" here.
struct ImportedStream {
  std::string importer = {};  // the account
  std::string there = {};
  std::string here = {};                         // a filter
  std::optional<SubjectTransform> inward = {};   // from there to here
  std::optional<SubjectTransform> outward = {};  // back

  // What a message is called here.
  std::string translate(std::string_view subject) const {
    return inward ? inward->apply(subject) : keeps_subject() ? std::string(subject) : here;
  }

  bool keeps_subject() const { return here == there; }

  bool operator==(const ImportedStream&) const = default;
};

// Error: nats-server's words.
base::Result<ImportedStream> plan_import(const StreamImport& import,
                                         const std::string& importer = {});

// The crossing's part that is the import's: what is asked for here, and how it is called there.
struct ImportedService {
  std::string here = {};                         // a filter
  std::string there = {};                        // empty: as here
  std::optional<SubjectTransform> outward = {};  // from here to there

  bool operator==(const ImportedService&) const = default;
};

base::Result<ImportedService> plan_import(const ServiceImport& import);

// What a subscription to `filter` in the importing account wants of a stream there: nothing when
// they have no subject in common.
std::optional<std::string> wanted_there(const ImportedStream& stream, const std::string& filter);

}  // namespace broker
