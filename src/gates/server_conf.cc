#include "gates/server_conf.h"

#include "base/text.h"
#include "contract/conf_parser.h"
#include "contract/url.h"
#include "exec/make_executor.h"

#include <array>

namespace gates {

namespace {

using contract::ConfValue;

// A flag and where its value belongs: "cluster.name" is the key `name` of the block `cluster`.
struct Flag {
  std::string_view name;
  std::string_view key;
  enum class Kind { text, number, flag, routes, cluster } kind = Kind::text;
};

using Kind = Flag::Kind;
constexpr auto kFlags = std::to_array<Flag>({
    {"a", "host"},
    {"addr", "host"},
    {"net", "host"},
    {"p", "port", Kind::number},
    {"port", "port", Kind::number},
    {"n", "server_name"},
    {"name", "server_name"},
    {"server_name", "server_name"},
    {"client_advertise", "client_advertise"},
    {"m", "http_port", Kind::number},
    {"http_port", "http_port", Kind::number},
    {"user", "authorization.user"},
    {"pass", "authorization.password"},
    {"auth", "authorization.token"},
    {"cluster", "cluster", Kind::cluster},
    {"cluster_listen", "cluster", Kind::cluster},
    {"cluster_name", "cluster.name"},
    {"cluster_advertise", "cluster.advertise"},
    {"no_advertise", "cluster.no_advertise", Kind::flag},
    {"routes", "cluster.routes", Kind::routes},
    {"tls", "tls", Kind::flag},
    {"tlsverify", "tls.verify", Kind::flag},
    {"tlscert", "tls.cert_file"},
    {"tlskey", "tls.key_file"},
    {"tlscacert", "tls.ca_file"},
    {"js", "jetstream", Kind::flag},
    {"jetstream", "jetstream", Kind::flag},
});

// Flags of nats-server that take no value of their own.
constexpr auto kBare = std::to_array<std::string_view>({"D",
                                                        "V",
                                                        "DV",
                                                        "VV",
                                                        "DVV",
                                                        "T",
                                                        "t",
                                                        "debug",
                                                        "trace",
                                                        "logtime",
                                                        "logtime_utc",
                                                        "s",
                                                        "syslog"});

ConfValue& block(ConfValue& conf, std::string_view key) {
  auto* found = conf.find(key);
  if (found && found->is(ConfValue::Kind::map)) return *found;
  return conf.set(key, ConfValue::map()).value;
}

void put(ConfValue& conf, std::string_view key, ConfValue value) {
  const auto dot = key.find('.');
  if (dot == std::string_view::npos) {
    conf.set(key, std::move(value));
  } else {
    block(conf, key.substr(0, dot)).set(key.substr(dot + 1), std::move(value));
  }
}

void put_cluster(ConfValue& conf, const std::string& text) {
  const auto url = contract::Url::parse(text);
  if (!url) return;
  auto& cluster = block(conf, "cluster");
  cluster.set("listen", ConfValue::text(url->address().text()));
  if (!url->has_user) return;
  auto login = ConfValue::map();
  login.set("user", ConfValue::text(url->user));
  login.set("password", ConfValue::text(url->password));
  cluster.set("authorization", std::move(login));
}

void put_flag(ConfValue& conf, const Flag& flag, const std::string& value) {
  switch (flag.kind) {
    case Kind::text:
      return put(conf, flag.key, ConfValue::text(value));
    case Kind::number:
      if (const auto number = base::parse_int(value))
        put(conf, flag.key, ConfValue::integer(*number));
      return;
    case Kind::flag: {
      const bool on = value.empty() || value == "1" || value == "t" || base::lower(value) == "true";
      if (flag.key == "tls" || flag.key == "jetstream") {
        if (on) block(conf, flag.key);
        if (!on) conf.remove(flag.key);
        return;
      }
      return put(conf, flag.key, ConfValue::boolean(on));
    }
    case Kind::routes: {
      std::vector<ConfValue> routes;
      for (const auto& route : base::split(value, ','))
        routes.push_back(ConfValue::text(route));
      return put(conf, flag.key, ConfValue::list(std::move(routes)));
    }
    case Kind::cluster:
      return put_cluster(conf, value);
  }
}

struct Argument {
  std::string name;
  std::string value;
};

std::vector<Argument> arguments(const std::vector<std::string>& args) {
  std::vector<Argument> result;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!args[i].starts_with("-")) continue;
    auto name = args[i].substr(args[i].starts_with("--") ? 2 : 1);
    if (const auto equals = name.find('='); equals != std::string::npos) {
      result.push_back({name.substr(0, equals), name.substr(equals + 1)});
      continue;
    }
    const auto* flag =
        std::find_if(kFlags.begin(), kFlags.end(), [&](const Flag& f) { return f.name == name; });
    const bool bare = std::find(kBare.begin(), kBare.end(), name) != kBare.end() ||
                      (flag != kFlags.end() && flag->kind == Kind::flag);
    std::string value;
    if (!bare && i + 1 < args.size()) value = args[++i];
    result.push_back({std::move(name), std::move(value)});
  }
  return result;
}

// From where the server reads it.
base::Result<ConfValue> read_conf_of(const plan::Node& node, const plan::fs::path& file) {
  if (!node.executor.has_files_of_its_own()) return contract::read_conf(file);
  const auto read = exec::reader_for(node);
  const auto text = TRY(read(file));
  return contract::parse_conf(text, file, TRY(exec::environment_for(node)), read);
}

}  // namespace

ConfValue conf_of_args(const std::vector<std::string>& args) {
  auto conf = ConfValue::map();
  for (const auto& [name, value] : arguments(args)) {
    for (const auto& flag : kFlags) {
      if (flag.name == name) put_flag(conf, flag, value);
    }
  }
  return conf;
}

base::Result<ConfValue> server_conf(const plan::Node& node) {
  auto file = node.config;
  for (const auto& [name, value] : arguments(node.args)) {
    if (file.empty() && (name == "c" || name == "config")) file = value;
  }
  auto conf = file.empty() ? ConfValue::map() : TRY(read_conf_of(node, file));
  const auto over = conf_of_args(node.args);
  for (const auto& field : over.fields()) {
    auto* there = conf.find(field.key);
    const bool blocks =
        there && there->is(ConfValue::Kind::map) && field.value.is(ConfValue::Kind::map);
    if (!blocks) {
      conf.set(field.key, field.value);
      continue;
    }
    for (const auto& inner : field.value.fields())
      there->set(inner.key, inner.value);
  }
  return conf;
}

plan::fs::path temp_conf_file(const plan::TempNode& temp) {
  return temp.node.executor.dir / (temp.node.name + ".conf");
}

}  // namespace gates
