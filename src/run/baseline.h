#pragma once

#include "base/json.h"
#include "watch/sample.h"

namespace run {

// What the nodes were, as the journal keeps it in its event `baseline`. Streams and consumers are
// lists of numbers, since there may be thousands of them:
//
//   {"A": {"server_id": "NA…", "version": "2.10.27", "clients": 3, …, "has_jetstream": true},
//    "":  {"jetstream": {"peers": ["A", "B", "D"],
//                        "streams": {"APP > ORDERS": [messages, first_seq, last_seq]},
//                        "consumers": {"APP > ORDERS > DUR": [delivered, ack_floor]}}}}
base::Json to_json(const watch::Baseline& baseline);
watch::Baseline baseline_from_json(const base::Json& json);

}  // namespace run
