#pragma once

#include "base/clock.h"
#include "contract/jetstream.h"
#include "contract/monitoring.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

// What one node showed at one instant. What could not be had is absent, and absent is never good
// news.
namespace watch {

// What a node told of its JetStream: one whole answer, all its pages.
struct JetStreamSight {
  base::Time asked;  // nothing in it is older
  base::Time taken;  // when the last page had come
  contract::Jsz jsz;
};

// What an earlier look at the same process showed of what is judged by its change.
struct EarlierLook {
  base::Time taken;
  bool healthy = false;
  std::int64_t slow_consumers = 0;
  std::uint64_t api_errors = 0;  // of JetStream's API
};

struct Sample {
  std::string node;
  base::Time taken;     // when the answers had all come
  std::string trouble;  // why something is absent: "connection refused"; empty: nothing is
  bool refused =
      false;  // nobody listens on the monitoring port: the server has ended, or never ran
  std::optional<contract::Varz> varz;
  std::optional<contract::Connz> connz;
  std::optional<contract::Routez> routez;
  std::optional<contract::Healthz> healthz;

  // Of a node with JetStream only. The latest whole answer of this process, not always of this
  // look: a large one is asked for less often, at the latest after `jetstream_every`.
  std::shared_ptr<const JetStreamSight> jetstream;
  std::shared_ptr<const JetStreamSight> jetstream_before;  // and the one before that
  base::nanoseconds jetstream_every{};

  std::optional<EarlierLook> last_look;      // the look before this one
  std::optional<EarlierLook> some_time_ago;  // the oldest of the last seconds
};

// Whether it is a server with JetStream, on or switched off. /varz tells in each state, also in
// lame duck mode and after a removal from the meta group, when /jsz says "disabled".
bool has_jetstream(const Sample& sample);

// The latest sample of every node that is watched.
struct Snapshot {
  std::map<std::string, Sample> nodes;

  const Sample* find(const std::string& node) const {
    const auto at = nodes.find(node);
    return at == nodes.end() ? nullptr : &at->second;
  }
};

// What a node was before we touched it: what "new server id" and "its clients moved" are judged
// against. Written to the journal before the first change, so that it outlives natsctl.
struct Before {
  std::string server_id = {};
  std::string version = {};
  int clients = 0;
  int cluster_clients = 0;  // of all servers together at that moment: what the others are to hold
  std::uint64_t server_pid = 0;

  bool operator==(const Before&) const = default;
};

using Baseline = std::map<std::string, Before>;

}  // namespace watch
