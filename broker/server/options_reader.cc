#include "broker/server/options_reader.h"

#include "base/files.h"
#include "base/text.h"
#include "broker/server/unserved_options.h"

#include <functional>
#include <limits>
#include <map>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

constexpr std::int64_t kMost32 = std::numeric_limits<std::int32_t>::max();

using Apply = std::function<void(const ConfField&, Options&, ConfReport&)>;

// Rows for the kinds of keys there are. `place` says where the value goes.
template <class T>
Apply text_into(T Options::*place) {
  return [place](const ConfField& field, Options& options, ConfReport& report) {
    if (const auto value = report.text(field)) options.*place = *value;
  };
}

template <class Place>
Apply flag_into(Place place) {
  return [place](const ConfField& field, Options& options, ConfReport& report) {
    if (const auto value = report.boolean(field)) place(options) = *value;
  };
}

template <class Place>
Apply number_into(Place place) {
  return [place](const ConfField& field, Options& options, ConfReport& report) {
    if (const auto value = report.small_integer(field)) place(options) = *value;
  };
}

// Sizes that nats-server keeps in 32 bits. Below 0: as much as there is.
template <class Place>
Apply size_into(Place place) {
  return [place](const ConfField& field, Options& options, ConfReport& report) {
    const auto value = report.integer(field);
    if (!value) return;
    if (*value > kMost32) {
      report.error(field.value, field.key + " value is too big");
      return;
    }
    place(options) = static_cast<std::size_t>(*value < 0 ? kMost32 : *value);
  };
}

template <class Place>
Apply duration_into(Place place) {
  return [place](const ConfField& field, Options& options, ConfReport& report) {
    if (const auto value = report.duration(field)) place(options) = *value;
  };
}

Apply without_effect(std::string why = "") {
  return [why = std::move(why)](const ConfField& field, Options&, ConfReport& report) {
    report.no_effect(field, why);
  };
}

Apply trust_by(void (*read)(const ConfField&, TrustOptions&, ConfReport&)) {
  return [read](const ConfField& field, Options& options, ConfReport& report) {
    read(field, options.trust, report);
  };
}

// A block that may be wrong, of what is not served here.
Apply checked_by(void (*check)(const ConfField&, ConfReport&)) {
  return [check](const ConfField& field, Options&, ConfReport& report) { check(field, report); };
}

// A key of one kind without effect.
template <class Read>
Apply idle(Read read) {
  return [read](const ConfField& field, Options&, ConfReport& report) {
    if ((report.*read)(field)) report.no_effect(field);
  };
}

void read_resolver_tls(const ConfField& field, Options&, ConfReport& report) {
  read_tls_block(field, report, TlsDoor::clients);
  report.no_effect(field);
}

void read_tls(const ConfField& field, Options& options, ConfReport& report) {
  options.tls = read_tls_block(field, report, TlsDoor::clients);
  options.auth.map_certificates = options.tls->map;
}

void read_http(const ConfField& field, Options& options, ConfReport& report) {
  read_listen(field, options.http_host, options.http_port, report);
}

void read_https(const ConfField& field, Options& options, ConfReport& report) {
  read_listen(field, options.http_host, options.https_port, report);
}

void read_client_listen(const ConfField& field, Options& options, ConfReport& report) {
  read_listen(field, options.host, options.port, report);
}

void read_lame_duck_duration(const ConfField& field, Options& options, ConfReport& report) {
  const auto value = report.duration_text(field);
  if (!value) return;
  if (*value < contract::kLameDuckLeastDuration) {
    report.error(field.value,
                 "invalid lame_duck_duration of " + base::format_go_duration(*value) +
                     ", minimum is 30 seconds");
    return;
  }
  options.lame_duck_duration = *value;
}

void read_lame_duck_grace(const ConfField& field, Options& options, ConfReport& report) {
  const auto value = report.duration_text(field);
  if (!value) return;
  if (*value < base::nanoseconds(0)) {
    report.error(field.value, "invalid lame_duck_grace_period, needs to be positive");
    return;
  }
  options.lame_duck_grace_period = *value;
}

void read_tags(const ConfField& field, Options& options, ConfReport& report) {
  if (!field.value.is(Kind::text) && !field.value.is(Kind::list)) {
    report.error(field.value, "error parsing tags: unsupported type " + go_type(field.value));
    return;
  }
  const auto tags = report.texts(field);
  if (tags) options.tags = *tags;
}

void read_max_sub_tokens(const ConfField& field, Options& options, ConfReport& report) {
  const auto value = report.integer(field);
  if (!value) return;
  if (*value > 255) report.error(field.value, field.key + " value is too big");
  if (*value <= 0) report.error(field.value, field.key + " value can not be negative");
  options.limits.max_sub_tokens = *value;
}

void read_system_account(const ConfField& field, Options& options, ConfReport& report) {
  if (!field.value.is(Kind::text)) {
    report.error(field.value, "system account name must be a string");
    return;
  }
  options.system_account = field.value.as_text();
}

void read_no_auth_user(const ConfField& field, Options& options, ConfReport& report) {
  if (const auto value = report.text(field)) options.auth.no_auth_user = *value;
}

using Table = std::map<std::string, Apply, std::less<>>;

void add(Table& table, std::initializer_list<const char*> keys, const Apply& apply) {
  for (const char* key : keys)
    table.emplace(key, apply);
}

void add_identity_and_limits(Table& table) {
  add(table, {"listen"}, read_client_listen);
  add(table, {"port"}, number_into([](Options& o) -> int& { return o.port; }));
  add(table, {"host", "net"}, text_into(&Options::host));
  add(table, {"server_name"}, text_into(&Options::server_name));
  add(table, {"client_advertise"}, text_into(&Options::client_advertise));
  add(table, {"server_tags"}, read_tags);
  add(table, {"max_payload"}, size_into([](Options & o) -> auto& { return o.limits.max_payload; }));
  add(table, {"max_control_line"}, size_into([](Options & o) -> auto& {
        return o.limits.max_control_line;
      }));
  add(table, {"max_pending"}, [](const ConfField& field, Options& options, ConfReport& report) {
    const auto value = report.integer(field);
    if (value && *value > 0) options.limits.max_pending = static_cast<std::size_t>(*value);
  });
  add(table, {"max_connections", "max_conn"}, number_into([](Options & o) -> auto& {
        return o.limits.max_connections;
      }));
  add(table, {"max_subscriptions", "max_subs"}, number_into([](Options & o) -> auto& {
        return o.limits.max_subscriptions;
      }));
  add(table, {"max_sub_tokens", "max_subscription_tokens"}, read_max_sub_tokens);
  add(table, {"max_closed_clients"}, number_into([](Options & o) -> auto& {
        return o.max_closed_clients;
      }));
  add(table, {"ping_interval"}, duration_into([](Options & o) -> auto& {
        return o.limits.ping_interval;
      }));
  add(table, {"ping_max"}, number_into([](Options & o) -> auto& { return o.limits.ping_max; }));
  add(table, {"write_deadline"}, duration_into([](Options & o) -> auto& {
        return o.limits.write_deadline;
      }));
  add(table,
      {"no_header_support"},
      [](const ConfField& field, Options& options, ConfReport& report) {
        if (const auto value = report.boolean(field)) options.limits.headers = !*value;
      });
  add(table, {"lame_duck_duration"}, read_lame_duck_duration);
  add(table, {"lame_duck_grace_period"}, read_lame_duck_grace);
  add(table, {"connect_error_reports"}, number_into([](Options & o) -> auto& {
        return o.cluster.connect_error_reports;
      }));
  add(table, {"reconnect_error_reports"}, number_into([](Options & o) -> auto& {
        return o.cluster.reconnect_error_reports;
      }));
}

void add_logs_and_files(Table& table) {
  add(table, {"debug"}, flag_into([](Options & o) -> auto& { return o.log.debug; }));
  add(table, {"trace"}, flag_into([](Options & o) -> auto& { return o.log.trace; }));
  add(table, {"trace_verbose"}, [](const ConfField& field, Options& options, ConfReport& report) {
    if (const auto value = report.boolean(field)) {
      options.trace_verbose = *value;
      options.log.trace = *value;
    }
  });
  add(table, {"logtime"}, flag_into([](Options & o) -> auto& { return o.log.time; }));
  add(table, {"logtime_utc"}, flag_into([](Options & o) -> auto& { return o.log.utc; }));
  add(table,
      {"log_file", "logfile"},
      [](const ConfField& field, Options& options, ConfReport& report) {
        if (const auto value = report.text(field)) options.log.file = *value;
      });
  add(table,
      {"logfile_size_limit", "log_size_limit"},
      [](const ConfField& field, Options& options, ConfReport& report) {
        const auto value = report.integer(field);
        if (value && *value > 0) options.log.rotate_at_bytes = static_cast<std::uint64_t>(*value);
      });
  add(table, {"logfile_max_num", "log_max_num"}, number_into([](Options & o) -> auto& {
        return o.log.keep_files;
      }));
  add(table, {"pid_file", "pidfile"}, text_into(&Options::pid_file));
  add(table, {"ports_file_dir"}, text_into(&Options::ports_file_dir));
  add(table, {"http"}, read_http);
  add(table, {"https"}, read_https);
  add(table, {"http_port", "monitor_port"}, number_into([](Options & o) -> auto& {
        return o.http_port;
      }));
  add(table, {"https_port"}, number_into([](Options & o) -> auto& { return o.https_port; }));
  add(table, {"http_base_path"}, text_into(&Options::http_base_path));
}

void add_security(Table& table) {
  add(table, {"authorization"}, apply_authorization);
  add(table, {"accounts"}, apply_accounts);
  add(table, {"no_auth_user"}, read_no_auth_user);
  add(table, {"system_account", "system"}, read_system_account);
  add(table, {"no_system_account", "no_system", "no_sys_acc"}, flag_into([](Options & o) -> auto& {
        return o.no_system_account;
      }));
  add(table, {"tls"}, read_tls);
  add(table, {"allow_non_tls"}, flag_into([](Options & o) -> auto& { return o.allow_non_tls; }));
  add(table,
      {"operator", "operators", "root", "roots", "root_operator", "root_operators"},
      trust_by(read_operators));
  add(table, {"trusted", "trusted_keys"}, trust_by(read_trusted_keys));
  add(table, {"resolver", "account_resolver", "accounts_resolver"}, trust_by(read_resolver));
  add(table, {"resolver_preload"}, trust_by(read_preload));
  add(table, {"resolver_pinned_accounts"}, trust_by(read_pinned_accounts));
}

// Known to nats-server, without a meaning for this broker.
void add_the_rest(Table& table) {
  add(table, {"jetstream"}, checked_by(check_jetstream));
  add(table, {"mqtt"}, checked_by(check_mqtt));
  add(table, {"resolver_tls"}, read_resolver_tls);
  add(table,
      {"syslog", "disable_sublist_cache", "no_sublist_cache", "no_fast_producer_stall"},
      idle(&ConfReport::boolean));
  add(table, {"remote_syslog", "store_dir", "storedir"}, idle(&ConfReport::text));
  add(table, {"max_traced_msg_len", "prof_port", "prof_block_rate"}, idle(&ConfReport::integer));
  add(table, {"cluster"}, apply_cluster);
  add(table, {"websocket", "ws"}, apply_websocket);
  add(table, {"gateway"}, apply_gateway);
  add(table, {"leafnodes", "leaf"}, apply_leafnodes);
  add(table, {"mappings", "maps"}, apply_mappings);
  for (const char* key : {"trace_headers",
                          "write_timeout",
                          "server_metadata",
                          "default_sentinel",
                          "ocsp",
                          "ocsp_cache",
                          "feature_flags",
                          "proxies",
                          "proxy_protocol",
                          "default_js_domain",
                          "allow_new_accounts",
                          "js_cluster_traffic",
                          "jetstream_request_queue_limit",
                          "connect_error_reports_max"}) {
    table.emplace(key, without_effect());
  }
}

const Table& table() {
  static const Table kTable = [] {
    Table made;
    add_identity_and_limits(made);
    add_logs_and_files(made);
    add_security(made);
    add_the_rest(made);
    return made;
  }();
  return kTable;
}

}  // namespace

void read_listen(const ConfField& field, std::string& host, int& port, ConfReport& report) {
  const ConfValue& value = field.value;
  if (value.is(Kind::integer)) {
    port = report.small_integer(field).value_or(0);
    return;
  }
  if (!value.is(Kind::text)) {
    report.error(value, "expected port or host:port, got " + go_type(value));
    return;
  }
  const std::string& text = value.as_text();
  const auto colon = text.rfind(':');
  const std::string_view head = std::string_view(text).substr(0, colon);
  const bool bracketed = head.starts_with('[') && head.ends_with(']');
  if (colon == std::string::npos || (!bracketed && head.find(':') != std::string_view::npos)) {
    report.error(value, "could not parse address string \"" + text + "\"");
    return;
  }
  const auto number = base::parse_int(text.substr(colon + 1));
  if (!number) {
    report.error(value, "could not parse port \"" + text.substr(colon + 1) + "\"");
    return;
  }
  host = bracketed ? head.substr(1, head.size() - 2) : head;
  port = static_cast<int>(std::clamp<std::int64_t>(*number, -1, 65536));
}

void apply_conf(const ConfValue& conf, Options& options, ConfReport& report) {
  for (const ConfField& field : conf.fields()) {
    const auto row = table().find(base::lower(field.key));
    if (row == table().end()) {
      report.unknown(field);
    } else {
      row->second(field, options, report);
    }
  }
  complete_trust(options.trust, options.system_account);
  options.auth.trust = operator_rules(options.trust, options.system_account);
}

ConfReport read_options(const std::filesystem::path& file, Options& options) {
  ConfReport report;
  const auto conf = contract::read_conf(file);
  if (!conf) {
    report.errors.push_back(conf.error().what);
    return report;
  }
  options.config_file = file.string();
  if (conf->fields().empty()) {
    report.warnings.push_back(file.string() + ": config has no values or is empty");
  }
  apply_conf(*conf, options, report);
  if (!report.errors.empty()) return report;
  if (const auto tls = load_tls(options); !tls) report.errors.push_back(tls.error().what);
  return report;
}

}  // namespace broker
