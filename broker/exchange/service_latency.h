#pragma once

#include "base/json.h"
#include "broker/accounts/awaited_answers.h"

#include <optional>
#include <random>
#include <string>
#include <string_view>

// How long services take, measured for who serves: one message for each request that is measured.
//
//   {"type":"io.nats.server.metric.v1.service_latency","id":"…","timestamp":"…","status":200,
//    "requestor":{…},"responder":{…},"start":"…","service":1000,"system":20,"total":2020}
//
// Times are in nanoseconds. The requester's server measures; when the responder is at another one,
// that one measures from there and sends its half, "m2", in the system account on
// "$SYS.LATENCY.M2.<hash>", and the requester's server puts both together.
// Source: nats-server server/accounts.go (ServiceLatency, shouldSample, sendTrackingLatency)
namespace broker {

// Whether a request is measured: by chance, or because its headers ask for it; these then, as JSON,
// empty when it is chance.
std::optional<std::string> sampled(const LatencySampling& latency,
                                   std::string_view headers,
                                   std::minstd_rand& random);

// "k8sT2mQ0", of the server's name: where the halves measured elsewhere find back to it.
std::string latency_hash(const std::string& server_name);

// The reply subject of a measured request ends with the hash and ".T".
bool is_measured_reply(std::string_view reply);

// "$SYS.LATENCY.M2.<hash>", of such a reply.
std::string latency_subject(std::string_view reply);

// The message of a request that was answered; `responder`, the JSON of who did, is empty when that
// happened at another server.
base::Json latency_answered(const Measurement& request,
                            std::string_view responder,
                            base::WallTime now);

// ... of one that never was: 400 had no reply subject, 408 nobody waits any more, 503 nobody
// serves, 504 it took too long.
base::Json latency_failed(const Measurement& request, int status, base::WallTime now);

// The requester's server's message and the responder's half in one.
base::Json latency_merged(const base::Json& mine, const base::Json& half, base::WallTime now);

// The half of a responder's server: {"account","req_id","m2":{…}}.
base::Json latency_half(const std::string& account,
                        std::string_view reply,
                        std::string_view responder,
                        base::WallTime received,
                        base::WallTime now);

}  // namespace broker
