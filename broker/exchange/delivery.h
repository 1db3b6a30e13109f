#pragma once

#include "broker/exchange/worker.h"
#include "broker/protocol/writer.h"
#include "broker/subjects/subscription.h"

#include <memory>
#include <string_view>

// A message into the bytes that wait for one connection: of this worker at once, of another one by
// its outbox. Each is counted, and traced when it is wanted. False when the connection is too full
// or gone. Threads: the worker's.
namespace broker {

void trace_delivery(const Destination& to, std::string_view sent);

// The place for `bytes` bytes to `to`: of its connection when it lives here, else in the outbox.
inline Chunk* place_for(Worker& worker, const std::shared_ptr<Destination>& to, std::size_t bytes) {
  if (to->worker != worker.index()) return worker.outbox().stage(to, bytes);
  return to->endpoint != nullptr ? &to->endpoint->outgoing(bytes) : nullptr;
}

// Appends the message as `writer(char*)` writes it, counted as one of `bytes` headers and payload.
template <class Writer>
bool append(Worker& worker,
            const std::shared_ptr<Destination>& to,
            std::size_t bound,
            std::size_t bytes,
            Writer&& writer) {
  Chunk* chunk = place_for(worker, to, bound);
  if (chunk == nullptr) return false;
  char* const begin = chunk->reserve(bound);
  const auto size = static_cast<std::size_t>(writer(begin) - begin);
  chunk->advance(size);
  if (to->worker != worker.index()) {
    chunk->count_message(bytes);
  } else if (to->endpoint != nullptr) {
    to->endpoint->count_delivered(1, bytes);
  }
  if (to->trace) trace_delivery(*to, {begin, size});
  return true;
}

inline bool write_to_client(Worker& worker,
                            const Subscription& subscription,
                            const Outgoing& message) {
  const bool strip =
      message.header_bytes > 0 && !subscription.to->headers.load(std::memory_order_relaxed);
  const std::size_t bytes = message.body.size() - (strip ? message.header_bytes : 0);
  return append(worker,
                subscription.to,
                message_bound(message, subscription.sid.size()),
                bytes,
                [&](char* to) {
                  return strip ? write_stripped_msg(to, message, subscription.sid)
                               : write_msg(to, message, subscription.sid);
                });
}

// To a route: RMSG, or HMSG with headers, which are left out when it takes none.
inline bool write_to_route(Worker& worker,
                           const std::shared_ptr<Destination>& to,
                           const Outgoing& message,
                           std::string_view account,
                           std::string_view queues) {
  Outgoing sent = message;
  if (sent.header_bytes > 0 && !to->headers.load(std::memory_order_relaxed)) {
    sent.body.remove_prefix(sent.header_bytes);
    sent.header_bytes = 0;
  }
  const std::size_t names = account.size() + queues.size();
  return append(worker, to, message_bound(sent, names), sent.body.size(), [&](char* place) {
    return write_rmsg(place, sent, account, queues);
  });
}

// What stands on the line of a message to another server, beside the message's own words.
struct ServerLine {
  std::string_view account = {};  // routes and gateways; leaf connections have one only
  std::string_view queues = {};   // the groups that it is to serve, parted by single blanks
  std::string_view origin = {};   // a route's: the cluster of the leaf nodes it began at
};

// To a route or a gateway (RMSG, HMSG, and LMSG with an origin) or a leaf connection (LMSG, HMSG).
// Headers are left out for who takes none.
bool write_to_server(Worker& worker,
                     const std::shared_ptr<Destination>& to,
                     const Outgoing& message,
                     const ServerLine& line);

}  // namespace broker
