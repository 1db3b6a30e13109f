#include "broker/main/flags.h"

#include "base/text.h"

#include <functional>
#include <map>

namespace broker {
namespace {

enum class Kind { text, number, flag };

struct Flag {
  Kind kind;
  // Empty: read_command_line() deals with it, or it has no effect.
  std::function<base::Result<void>(const std::string&, Options&)> apply = {};
};

base::Error wrong_flag(const std::string& what) {
  return {base::ErrorCode::invalid, what};
}

base::Error refused(const std::string& what) {
  return {base::ErrorCode::refused, what};
}

// As Go's strconv.ParseBool.
std::optional<bool> read_bool(const std::string& text) {
  for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

template <class Place>
Flag text(Place place) {
  return {Kind::text, [place](const std::string& value, Options& options) -> base::Result<void> {
            place(options) = value;
            return {};
          }};
}

template <class Place>
Flag number(Place place) {
  return {Kind::number, [place](const std::string& value, Options& options) -> base::Result<void> {
            using T = std::remove_reference_t<decltype(place(options))>;
            place(options) = static_cast<T>(*base::parse_int(value));
            return {};
          }};
}

// A switch; `set` gets its value.
Flag on_off(const std::function<void(bool, Options&)>& set) {
  return {Kind::flag, [set](const std::string& value, Options& options) -> base::Result<void> {
            set(read_bool(value).value_or(false), options);
            return {};
          }};
}

// Understood, for nothing.
Flag ignored(Kind kind) {
  return {kind};
}

// nats://[user:password@]host:port; port -1 is any free one; an empty text turns the cluster off.
base::Result<void> set_cluster(const std::string& value, Options& options) {
  ClusterSettings& cluster = options.cluster;
  if (value.empty()) {
    cluster.port = 0;
    return {};
  }
  if (value.find("://") == std::string::npos) {
    const bool digit_first = value[0] >= '0' && value[0] <= '9';
    if (digit_first && value.find(':') != std::string::npos) {
      return refused("parse \"" + value + "\": first path segment in URL cannot contain colon");
    }
    return refused("missing port in address");
  }
  const auto url = contract::Url::parse(value);
  if (!url) return refused("parse \"" + value + "\": " + url.error().what);
  const bool any_port = base::trim(value).ends_with(":-1");
  if (url->port == 0 && !any_port) {
    return refused("address " + url->host + ": missing port in address");
  }
  if (url->has_user) {
    if (!url->has_password) return refused("expected cluster password to be set");
    cluster.user = url->user;
    cluster.password = url->password;
  }
  cluster.host = url->host;
  cluster.port = any_port ? contract::kRandomPort : url->port;
  return {};
}

base::Result<void> set_routes(const std::string& value, Options& options) {
  options.cluster.routes.clear();
  if (value.empty()) return {};
  for (const std::string& each : base::split(value, ',')) {
    auto url = contract::Url::parse(each);
    if (!url) return refused("error parsing route url [\"" + each + "\"]");
    options.cluster.routes.push_back(std::move(*url));
  }
  return {};
}

TlsSettings& tls_of(Options& options) {
  if (!options.tls) options.tls.emplace();
  return options.tls->settings;
}

void ask_for_tls(bool asked, Options& options) {
  if (asked) {
    tls_of(options);
  } else {
    options.tls.reset();
  }
}

void ask_for_client_certificates(bool asked, Options& options) {
  if (asked) tls_of(options).verify = true;
}

base::Result<void> unheeded(const std::string&, Options&) {
  return {};
}

void set_verbose_trace(bool on, Options& options) {
  options.log.trace = on;
  options.trace_verbose = on;
}

using Table = std::map<std::string, Flag, std::less<>>;

void add(Table& table, std::initializer_list<const char*> names, const Flag& flag) {
  for (const char* name : names)
    table.emplace(name, flag);
}

// NOLINTBEGIN(bugprone-return-const-ref-from-parameter): the places live in the options handed in
void add_server_flags(Table& table) {
  add(table, {"a", "addr", "net"}, text([](Options & o) -> auto& { return o.host; }));
  add(table, {"p", "port"}, number([](Options & o) -> auto& { return o.port; }));
  add(table, {"n", "name", "server_name"}, text([](Options & o) -> auto& {
        return o.server_name;
      }));
  add(table, {"client_advertise"}, text([](Options & o) -> auto& { return o.client_advertise; }));
  add(table, {"P", "pid"}, text([](Options & o) -> auto& { return o.pid_file; }));
  add(table, {"m", "http_port"}, number([](Options & o) -> auto& { return o.http_port; }));
  add(table, {"ms", "https_port"}, number([](Options & o) -> auto& { return o.https_port; }));
  add(table, {"ports_file_dir"}, text([](Options & o) -> auto& { return o.ports_file_dir; }));
  add(table, {"user"}, text([](Options & o) -> auto& { return o.auth.user; }));
  add(table, {"pass"}, text([](Options & o) -> auto& { return o.auth.password; }));
  add(table, {"auth"}, text([](Options & o) -> auto& { return o.auth.token; }));
}

void add_log_flags(Table& table) {
  add(table, {"D", "debug"}, on_off([](bool on, Options& o) { o.log.debug = on; }));
  add(table, {"V", "trace"}, on_off([](bool on, Options& o) { o.log.trace = on; }));
  add(table, {"VV"}, on_off(set_verbose_trace));
  add(table, {"DV"}, on_off([](bool on, Options& o) { o.log.debug = o.log.trace = on; }));
  add(table, {"DVV"}, on_off([](bool on, Options& o) {
        o.log.debug = on;
        set_verbose_trace(on, o);
      }));
  add(table, {"T", "logtime"}, on_off([](bool on, Options& o) { o.log.time = on; }));
  add(table, {"logtime_utc"}, on_off([](bool on, Options& o) { o.log.utc = on; }));
  add(table, {"l", "log"}, text([](Options & o) -> auto& { return o.log.file; }));
  add(table, {"log_size_limit"}, number([](Options & o) -> auto& {
        return o.log.rotate_at_bytes;
      }));
  add(table, {"s", "syslog"}, ignored(Kind::flag));
  add(table, {"r", "remote_syslog"}, ignored(Kind::text));
  add(table, {"max_traced_msg_len"}, ignored(Kind::number));
}

void add_cluster_flags(Table& table) {
  add(table, {"cluster", "cluster_listen"}, {Kind::text, set_cluster});
  add(table, {"routes"}, {Kind::text, set_routes});
  add(table, {"cluster_name"}, text([](Options & o) -> auto& { return o.cluster.name; }));
  add(table, {"cluster_advertise"}, text([](Options & o) -> auto& { return o.cluster.advertise; }));
  add(table, {"no_advertise"}, on_off([](bool on, Options& o) { o.cluster.no_advertise = on; }));
  add(table, {"connect_retries"}, number([](Options & o) -> auto& {
        return o.cluster.connect_retries;
      }));
}

// NOLINTEND(bugprone-return-const-ref-from-parameter)

void add_other_flags(Table& table) {
  add(table, {"tls"}, on_off(ask_for_tls));
  add(table, {"tlsverify"}, on_off(ask_for_client_certificates));
  // Read with the others, see apply_tls_files(): without --tls they mean nothing.
  add(table, {"tlscert", "tlskey", "tlscacert"}, {Kind::text, unheeded});
  add(table, {"js", "jetstream"}, ignored(Kind::flag));
  add(table, {"sd", "store_dir"}, ignored(Kind::text));
  add(table, {"profile"}, ignored(Kind::number));
  add(table, {"c", "config", "sl", "signal"}, {Kind::text});
  add(table, {"t", "h", "help", "v", "version", "help_tls"}, {Kind::flag});
}

const Table& table() {
  static const Table kTable = [] {
    Table made;
    add_server_flags(made);
    add_log_flags(made);
    add_cluster_flags(made);
    add_other_flags(made);
    return made;
  }();
  return kTable;
}

// Checks a flag's value, and gives a switch without one its "true".
base::Result<void> check_value(const std::string& name, Kind kind, const std::string& value) {
  if (kind == Kind::flag && !read_bool(value)) {
    return wrong_flag("invalid boolean value \"" + value + "\" for -" + name + ": parse error");
  }
  if (kind == Kind::number && !base::parse_int(value)) {
    return wrong_flag("invalid value \"" + value + "\" for flag -" + name + ": parse error");
  }
  return {};
}

void take(const std::string& name, const std::string& value, CommandLine& line) {
  using Wanted = CommandLine::Wanted;
  const bool on = read_bool(value).value_or(false);
  if (name == "c" || name == "config") {
    line.config_file = value;
  } else if (name == "sl" || name == "signal") {
    line.signal = value;
  } else if (name == "t") {
    line.wanted = on ? Wanted::test_conf : Wanted::serve;
  } else if ((name == "h" || name == "help") && on) {
    line.wanted = Wanted::show_usage;
  } else if ((name == "v" || name == "version") && on) {
    line.wanted = Wanted::show_version;
  } else if (name == "help_tls" && on) {
    line.wanted = Wanted::show_tls_help;
  } else {
    line.flags.emplace_back(name, value);
  }
}

// What is left when the flags end: "version" and "help" are the only words.
base::Result<void> take_word(const std::string& word, CommandLine& line) {
  const std::string lower = base::lower(word);
  if (lower == "version") {
    line.wanted = CommandLine::Wanted::show_version;
  } else if (lower == "help") {
    line.wanted = CommandLine::Wanted::show_usage;
  } else {
    return refused("unrecognized command: \"" + word + "\"");
  }
  return {};
}

}  // namespace

base::Result<CommandLine> read_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      if (i + 1 < arguments.size()) TRY(take_word(arguments[i + 1], line));
      break;
    }
    if (argument.size() < 2 || argument[0] != '-') {
      TRY(take_word(argument, line));
      break;
    }
    const std::string body = argument.substr(argument.starts_with("--") ? 2 : 1);
    if (body.empty() || body[0] == '-' || body[0] == '=') {
      return wrong_flag("bad flag syntax: " + argument);
    }
    const auto equals = body.find('=');
    const std::string name = body.substr(0, equals);
    const auto row = table().find(name);
    if (row == table().end()) return wrong_flag("flag provided but not defined: -" + name);
    std::string value = "true";
    if (equals != std::string::npos) {
      value = body.substr(equals + 1);
    } else if (row->second.kind != Kind::flag) {
      if (++i == arguments.size()) return wrong_flag("flag needs an argument: -" + name);
      value = arguments[i];
    }
    TRY(check_value(name, row->second.kind, value));
    take(name, value, line);
  }
  if (line.wanted == CommandLine::Wanted::serve && !line.signal.empty()) {
    line.wanted = CommandLine::Wanted::send_signal;
  }
  return line;
}

// --tlscert and its like, which replace what the file says of TLS.
base::Result<void> apply_tls_files(std::map<std::string, std::string>& given, Options& options) {
  const auto on = [&](const char* name) {
    return given.contains(name) && read_bool(given[name]).value_or(false);
  };
  if (!on("tls") && !on("tlsverify")) return {};
  if (given["tlscert"].empty()) return refused("TLS Server certificate must be present and valid");
  if (given["tlskey"].empty()) return refused("TLS Server private key must be present and valid");
  TlsSettings& settings = tls_of(options);
  settings.cert_file = given["tlscert"];
  settings.key_file = given["tlskey"];
  if (!given["tlscacert"].empty()) settings.ca_file = given["tlscacert"];
  return {};
}

base::Result<void> apply_flags(const CommandLine& line, Options& options) {
  std::map<std::string, std::string> given;
  for (const auto& [name, value] : line.flags) {
    given[name] = value;
    const auto& apply = table().find(name)->second.apply;
    if (apply) TRY(apply(value, options));
  }
  return apply_tls_files(given, options);
}

std::vector<std::string> flags_without_effect(const CommandLine& line) {
  std::vector<std::string> names;
  for (const auto& [name, value] : line.flags) {
    const bool switched_off =
        table().find(name)->second.kind == Kind::flag && !read_bool(value).value_or(false);
    if (!table().find(name)->second.apply && !switched_off) names.push_back("-" + name);
  }
  return names;
}

}  // namespace broker
