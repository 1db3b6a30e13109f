#pragma once

#include "base/units.h"
#include "broker/subjects/subject_transform.h"

#include <cstdint>
#include <optional>
#include <string>

// A way from one account into another.
namespace broker {

class Account;

// How many answers a request has. Source: nats-server server/accounts.go (ServiceRespType)
enum class ResponseType : std::uint8_t {
  single,   // one; what comes later goes nowhere
  stream,   // any number, until an empty one
  chunked,  // likewise
};

// What a service is told of who asks.
enum class Disclosure : std::uint8_t {
  account,             // and the round trip
  account_and_server,  // to the system account
  everything,          // the importer shares it
};

// The life of a stream of answers in which nothing comes. Source: nats-server server/accounts.go
inline constexpr base::nanoseconds kResponseThreshold = std::chrono::minutes(2);

// How often the time that a service takes is measured, and where it is told.
struct LatencySampling {
  int percent = 100;         // 0: requests say themselves, by headers of tracing
  std::string subject = {};  // in the serving account

  bool operator==(const LatencySampling&) const = default;
};

// A service import: a request that the importing account publishes goes to the exporting one, under
// another subject, with a reply subject that leads back.
//
//   B imports "svc.a" of A as "my.a":   PUB my.a inbox.1  in B  is  MSG svc.a _R_.hpyFmb.1  in A
//
// Immutable, shared by subscriptions and worker threads.
struct Crossing {
  Account* from = nullptr;   // who asks; null: this is the way back of answers
  Account* to = nullptr;     // who serves
  std::string subject = {};  // there; empty: as here
  Disclosure disclosure = Disclosure::account;
  ResponseType response = ResponseType::single;
  base::nanoseconds threshold = kResponseThreshold;
  std::optional<SubjectTransform> outward = {};  // instead of subject: from here to there
  std::string service = {};                      // the export's subject
  std::optional<LatencySampling> latency = {};

  bool operator==(const Crossing&) const = default;
};

}  // namespace broker
