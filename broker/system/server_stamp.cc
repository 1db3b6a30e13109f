#include "broker/system/server_stamp.h"

#include "broker/monitor/listing.h"

namespace broker {

base::Json ServerStamp::next() {
  const auto options = server_.options();
  const contract::ServerInfo info = server_.client_info();
  base::Json stamp =
      base::Json::object({{"name", server_.name()}, {"host", info.host}, {"id", server_.id()}});
  if (!info.cluster.empty()) stamp.set("cluster", info.cluster);
  stamp.set("ver", options->version);
  if (!options->tags.empty()) stamp.set("tags", options->tags);
  stamp.set("jetstream", false);
  stamp.set("flags", 0);
  stamp.set("seq", ++sequence_);
  stamp.set("time", base::format_time(wall_now()));
  return stamp;
}

}  // namespace broker
