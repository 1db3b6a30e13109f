#include "broker/server/unserved_options.h"

#include "base/text.h"
#include "broker/server/options_reader.h"
#include "broker/server/tls_options.h"

#include <functional>
#include <map>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

using Check = std::function<void(const ConfField&, ConfReport&)>;
using Table = std::map<std::string, Check, std::less<>>;

constexpr char kWhy[] = "this is a core server";

void text(const ConfField& field, ConfReport& report) {
  report.text(field);
}

void number(const ConfField& field, ConfReport& report) {
  report.integer(field);
}

void flag(const ConfField& field, ConfReport& report) {
  report.boolean(field);
}

// A wrong value ends the block where `first_only` says so, as in nats-server; an unknown key none.
void check_fields(const ConfValue& block,
                  const Table& table,
                  ConfReport& report,
                  bool first_only = true) {
  for (const ConfField& field : block.fields()) {
    const auto row = table.find(base::lower(field.key));
    if (row == table.end()) {
      report.unknown(field);
      continue;
    }
    const std::size_t before = report.errors.size();
    row->second(field, report);
    if (first_only && report.errors.size() > before) return;
  }
}

// A number, or a text such as "256M".
std::string mistake_of_size(const ConfValue& value) {
  if (value.is(Kind::integer)) return {};
  if (!value.is(Kind::text)) return "must be int64 or string";
  const std::string& size = value.as_text();
  if (size.empty()) return {};
  const std::string digits = size.substr(0, size.size() - 1);
  if (!base::parse_int(digits)) {
    return "strconv.ParseInt: parsing \"" + digits + "\": invalid syntax";
  }
  const bool known = std::string_view("KMGT").find(size.back()) != std::string_view::npos;
  return known ? "" : "sizes defined as strings must end in K, M, G, T";
}

Check size(const std::string& name) {
  return [name](const ConfField& field, ConfReport& report) {
    const std::string what = mistake_of_size(field.value);
    if (!what.empty()) report.error(field.value, name + " " + what);
  };
}

void whole_size(const ConfField& field, ConfReport& report) {
  if (field.value.is(Kind::integer)) return;
  report.error(field.value,
               "Expected a parseable size for \"" + field.key + "\", got " + go_text(field.value));
}

void account_flag(const ConfField& field, ConfReport& report) {
  if (field.value.is(Kind::boolean)) return;
  report.error(field.value,
               "Expected a parseable bool for \"" + field.key + "\", got " + go_text(field.value));
}

void sync_interval(const ConfField& field, ConfReport& report) {
  if (field.value.is(Kind::text) && base::lower(field.value.as_text()) == "always") return;
  report.duration(field);
}

void cipher(const ConfField& field, ConfReport& report) {
  const auto name = report.text(field);
  if (!name) return;
  const std::string word = base::lower(*name);
  if (word == "chacha" || word == "chachapoly" || word == "aes") return;
  report.error(field.value, "Unknown cipher type: \"" + *name + "\"");
}

void limits(const ConfField& field, ConfReport& report) {
  static const Table kTable = {{"max_ack_pending", number},
                               {"max_ha_assets", number},
                               {"max_request_batch", number},
                               {"duplicate_window", text}};
  if (!field.value.is(Kind::map)) {
    return report.error(field.value,
                        "Expected a map to define JetStreamLimits, got " + go_type(field.value));
  }
  check_fields(field.value, kTable, report);
}

const Table& jetstream_table() {
  static const Table kTable = {{"store", text},
                               {"store_dir", text},
                               {"storedir", text},
                               {"sync", sync_interval},
                               {"sync_interval", sync_interval},
                               {"max_memory_store", size("max_mem_store")},
                               {"max_mem_store", size("max_mem_store")},
                               {"max_mem", size("max_mem_store")},
                               {"max_file_store", size("max_file_store")},
                               {"max_file", size("max_file_store")},
                               {"domain", text},
                               {"enable", flag},
                               {"enabled", flag},
                               {"key", text},
                               {"ek", text},
                               {"encryption_key", text},
                               {"prev_key", text},
                               {"prev_ek", text},
                               {"prev_encryption_key", text},
                               {"cipher", cipher},
                               {"extension_hint", text},
                               {"limits", limits},
                               {"unique_tag", text},
                               {"max_outstanding_catchup", size("max_outstanding_catchup")},
                               {"request_queue_limit", whole_size},
                               // Since 2.11 and 2.12.
                               {"max_buffered_size", size("max_buffered_size")},
                               {"max_buffered_msgs", whole_size},
                               {"meta_compact", number},
                               {"meta_compact_size", size("meta_compact_size")},
                               {"strict", flag}};
  return kTable;
}

const Table& account_table() {
  static const Table kTable = [] {
    Table made;
    for (const char* key : {"max_memory",
                            "max_mem",
                            "mem",
                            "memory",
                            "max_store",
                            "max_file",
                            "max_disk",
                            "store",
                            "disk",
                            "max_streams",
                            "streams",
                            "max_consumers",
                            "consumers",
                            "mem_max_stream_bytes",
                            "memory_max_stream_bytes",
                            "disk_max_stream_bytes",
                            "store_max_stream_bytes",
                            "max_ack_pending"}) {
      made.emplace(key, whole_size);
    }
    for (const char* key : {"max_bytes_required", "max_stream_bytes", "max_bytes"})
      made.emplace(key, account_flag);
    made.emplace("cluster_traffic", text);
    return made;
  }();
  return kTable;
}

// On, off, or a block of its own. True when it is on.
bool check_switch(const ConfField& field, const Table& table, ConfReport& report) {
  const ConfValue& value = field.value;
  if (value.is(Kind::boolean)) return value.as_boolean();
  if (value.is(Kind::map)) {
    check_fields(value, table, report);
    return true;
  }
  if (!value.is(Kind::text)) {
    report.error(value, "Expected map, bool or string to define JetStream, got " + go_type(value));
    return false;
  }
  const std::string word = base::lower(value.as_text());
  if (word == "enabled" || word == "enable") return true;
  if (word != "disabled" && word != "disable") {
    report.error(
        value, "Expected 'enabled' or 'disabled' for string value, got '" + value.as_text() + "'");
  }
  return false;
}

void listen(const ConfField& field, ConfReport& report) {
  std::string host;
  int port = 0;
  read_listen(field, host, port, report);
}

void in_flight(const ConfField& field, ConfReport& report) {
  constexpr std::int64_t kMost = 0xFFFF;
  const auto value = report.integer(field);
  if (!value || (*value >= 0 && *value <= kMost)) return;
  report.error(field.value,
               "invalid value " + std::to_string(*value) + ", should in [0..65535] range");
}

// Reported under the first of its names.
Check duration(const std::string& name) {
  return [name](const ConfField& field, ConfReport& report) {
    ConfField named = field;
    named.key = name;
    report.duration(named);
  };
}

void mqtt_authorization(const ConfField& field, ConfReport& report) {
  static const Table kTable = {{"user", text},
                               {"username", text},
                               {"pass", text},
                               {"password", text},
                               {"token", text},
                               {"timeout", [](const ConfField&, ConfReport&) {}}};
  report.map(field);
  check_fields(field.value, kTable, report);
}

const Table& mqtt_table() {
  static const Table kTable = {
      {"listen", listen},
      {"port", number},
      {"host", text},
      {"net", text},
      {"tls",
       [](const ConfField& field, ConfReport& report) {
         read_tls_block(field, report, TlsDoor::clients);
       }},
      {"authorization", mqtt_authorization},
      {"authentication", mqtt_authorization},
      {"no_auth_user", text},
      {"ack_wait", duration("ack_wait")},
      {"ackwait", duration("ack_wait")},
      {"max_ack_pending", in_flight},
      {"max_pending", in_flight},
      {"max_inflight", in_flight},
      {"js_domain", text},
      {"stream_replicas", number},
      {"consumer_replicas",
       [](const ConfField& field, ConfReport& report) {
         report.warn(field.value,
                     "invalid use of field \"" + field.key +
                         "\": consumer replicas setting ignored in this server version");
       }},
      {"consumer_memory_storage", flag},
      {"consumer_inactive_threshold", duration("consumer_inactive_threshold")},
      {"consumer_auto_cleanup", duration("consumer_inactive_threshold")},
      {"js_api_timeout", duration("js_api_timeout")},  // since 2.12
      {"reject_qos2_publish", flag},
      {"downgrade_qos2_subscribe", flag}};
  return kTable;
}

}  // namespace

void check_jetstream(const ConfField& block, ConfReport& report) {
  if (check_switch(block, jetstream_table(), report)) report.no_effect(block, kWhy);
}

void check_account_jetstream(const ConfField& block, ConfReport& report) {
  if (check_switch(block, account_table(), report)) report.no_effect(block, kWhy);
}

void check_mqtt(const ConfField& block, ConfReport& report) {
  if (!block.value.is(Kind::map)) {
    return report.error(block.value, "Expected mqtt to be a map, got " + go_type(block.value));
  }
  check_fields(block.value, mqtt_table(), report, false);
  report.no_effect(block, "it is not served here");
}

}  // namespace broker
