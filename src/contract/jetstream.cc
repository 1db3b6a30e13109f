#include "contract/jetstream.h"

#include "base/text.h"
#include "contract/json_fields.h"

namespace contract {

using base::Json;

template <class V, Is<RaftPeer> T>
void describe_fields(V& v, T& x) {
  v.always("name", x.name);
  v.always("current", x.current);
  v.filled("offline", x.offline);
  v.always("active", x.active);
  v.filled("lag", x.lag);
  v.always("peer", x.peer);
}

template <class V, Is<RaftGroup> T>
void describe_fields(V& v, T& x) {
  v.filled("name", x.name);
  v.filled("raft_group", x.raft_group);
  v.filled("leader", x.leader);
  v.filled("replicas", x.replicas);
}

template <class V, Is<MetaCluster> T>
void describe_fields(V& v, T& x) {
  v.filled("name", x.name);
  v.filled("leader", x.leader);
  v.filled("peer", x.peer);
  v.filled("replicas", x.replicas);
  v.always("cluster_size", x.cluster_size);
  v.always("pending", x.pending);
}

template <class V, Is<SequencePair> T>
void describe_fields(V& v, T& x) {
  v.always("consumer_seq", x.consumer_seq);
  v.always("stream_seq", x.stream_seq);
}

template <class V, Is<ConsumerSettings> T>
void describe_fields(V& v, T& x) {
  v.filled("durable_name", x.durable_name);
  v.always("num_replicas", x.num_replicas);
  v.filled("filter_subjects", x.filter_subjects);
  v.filled("metadata", x.metadata);
}

template <class V, Is<ConsumerDetail> T>
void describe_fields(V& v, T& x) {
  v.always("stream_name", x.stream_name);
  v.always("name", x.name);
  v.always("config", x.config);
  v.always("delivered", x.delivered);
  v.always("ack_floor", x.ack_floor);
  v.always("num_ack_pending", x.num_ack_pending);
  v.always("num_pending", x.num_pending);
  v.always("cluster", x.cluster);
}

template <class V, Is<StreamSettings> T>
void describe_fields(V& v, T& x) {
  v.always("retention", x.retention);
  v.always("max_msgs", x.max_msgs);
  v.always("max_bytes", x.max_bytes);
  v.always("max_age", x.max_age);
  v.always("max_msgs_per_subject", x.max_msgs_per_subject);
  v.always("storage", x.storage);
  v.always("num_replicas", x.num_replicas);
  v.filled("mirror", x.mirror);
  v.filled("compression", x.compression);
  v.filled("first_seq", x.first_seq);
  v.filled("subject_transform", x.subject_transform);
  v.filled("consumer_limits", x.consumer_limits);
  v.filled("metadata", x.metadata);
  v.always("allow_rollup_hdrs", x.allow_rollup_hdrs);
  v.filled("allow_msg_ttl", x.allow_msg_ttl);
}

template <class V, Is<StreamState> T>
void describe_fields(V& v, T& x) {
  v.always("messages", x.messages);
  v.always("bytes", x.bytes);
  v.always("first_seq", x.first_seq);
  v.always("last_seq", x.last_seq);
  v.always("consumer_count", x.consumer_count);
}

template <class V, Is<StreamDetail> T>
void describe_fields(V& v, T& x) {
  v.always("name", x.name);
  v.always("cluster", x.cluster);
  v.always("config", x.config);
  v.always("state", x.state);
  v.filled("consumer_detail", x.consumer_detail);
}

template <class V, Is<AccountDetail> T>
void describe_fields(V& v, T& x) {
  v.always("name", x.name);
  v.always("id", x.id);
  v.always("memory", x.memory);
  v.always("storage", x.storage);
  v.always("reserved_memory", x.reserved_memory);
  v.always("reserved_storage", x.reserved_storage);
  v.filled("stream_detail", x.stream_detail);
}

template <class V, Is<JetStreamApi> T>
void describe_fields(V& v, T& x) {
  v.always("level", x.level);
  v.always("total", x.total);
  v.always("errors", x.errors);
}

template <class V, Is<JetStreamConfig> T>
void describe_fields(V& v, T& x) {
  v.filled("domain", x.domain);
}

template <class V, Is<Jsz> T>
void describe_fields(V& v, T& x) {
  v.always("server_id", x.server_id);
  v.always("now", x.now);
  v.filled("disabled", x.disabled);
  v.always("memory", x.memory);
  v.always("storage", x.storage);
  v.always("config", x.config);
  v.always("api", x.api);
  v.always("streams", x.streams);
  v.always("consumers", x.consumers);
  v.always("messages", x.messages);
  v.always("bytes", x.bytes);
  v.always("meta_cluster", x.meta_cluster);
  v.filled("account_details", x.account_details);
}

Json Jsz::to_json() const {
  FieldWriter writer;
  describe_fields(writer, *this);
  return writer.take();
}

base::Result<Jsz> Jsz::from_json(const Json& json) {
  if (json.find("server_id") == nullptr) {
    return base::Error(base::ErrorCode::protocol,
                       "/jsz: not the answer of a NATS server: no field 'server_id'");
  }
  Jsz result;
  FieldReader reader(json);
  describe_fields(reader, result);
  return result;
}

int required_level(const Json& metadata) {
  // A text, as all metadata is.
  const auto level = base::parse_int(metadata["_nats.req.level"].text());
  return level ? static_cast<int>(*level) : 0;
}

int replicas_of(const ConsumerSettings& consumer, const StreamSettings& stream) {
  if (consumer.num_replicas > 0 && consumer.num_replicas <= stream.num_replicas)
    return consumer.num_replicas;
  const bool one_of_old =
      consumer.durable_name.empty() && consumer.num_replicas == 0 && stream.retention == "limits";
  return one_of_old ? 1 : stream.num_replicas;
}

}  // namespace contract
