#include "broker/exchange/delivery.h"

#include "base/log.h"

namespace broker {

void trace_delivery(const Destination& to, std::string_view sent) {
  base::log::trace("{} - ->> [{}]", to.label, sent.substr(0, sent.find('\r')));
}

bool write_to_server(Worker& worker,
                     const std::shared_ptr<Destination>& to,
                     const Outgoing& message,
                     const ServerLine& line) {
  Outgoing sent = message;
  if (sent.header_bytes > 0 && !to->headers.load(std::memory_order_relaxed)) {
    sent.body.remove_prefix(sent.header_bytes);
    sent.header_bytes = 0;
  }
  const std::size_t names = line.account.size() + line.queues.size() + line.origin.size();
  return append(worker, to, message_bound(sent, names), sent.body.size(), [&](char* place) {
    if (to->kind == Destination::Kind::leaf) return write_lmsg(place, sent, line.queues);
    if (line.origin.empty()) return write_rmsg(place, sent, line.account, line.queues);
    return write_origin_lmsg(place, sent, line.origin, line.account, line.queues);
  });
}

}  // namespace broker
