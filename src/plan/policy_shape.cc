#include "base/text.h"
#include "plan/plan_shape.h"
#include "rules/rule_reader.h"

#include <fmt/core.h>

namespace plan {

namespace {

const Shape<Policy::Drain>& drain_shape() {
  using Drain = Policy::Drain;
  static const Shape<Drain> shape{
      key<Drain>(
          "duration",
          &Drain::duration,
          duration_value(),
          "lame_duck_duration of the servers: how long clients are sent away for; default 2m"),
      key<Drain>("grace",
                 &Drain::grace,
                 duration_value(),
                 "lame_duck_grace_period of the servers: the wait before the first client goes; "
                 "default 10s"),
      key<Drain>(
          "adaptive",
          &Drain::adaptive,
          flag_value(),
          "With `system` and servers of 2.10: natsctl itself tells each client and closes it, "
          "as many at a time as the other servers take well, before the lame duck; default "
          "true"),
  };
  return shape;
}

const Shape<Policy::Gates>& gates_shape() {
  using Gates = Policy::Gates;
  static const Shape<Gates> shape{
      key<Gates>("hold",
                 &Gates::hold,
                 duration_value(),
                 "A gate opens when it was green for this long without a break; default 10s"),
      key<Gates>("within", &Gates::within, duration_value(), "Or the step has failed; default 5m"),
      key<Gates>("max_age",
                 &Gates::max_age,
                 duration_value(),
                 "An observation older than this counts as red; default 2s"),
  };
  return shape;
}

const Shape<Policy::Canary>& canary_shape() {
  using Canary = Policy::Canary;
  static const Shape<Canary> shape{
      key<Canary>("nodes",
                  &Canary::nodes,
                  number_value(0, 1000),
                  "A look after this many nodes; default 0: none"),
      key<Canary>("soak", &Canary::soak, duration_value(), "How long the look takes"),
  };
  return shape;
}

const Shape<Policy::JetStream>& jetstream_shape() {
  using JetStream = Policy::JetStream;
  static const Shape<JetStream> shape{
      key<JetStream>("accept_offline",
                     &JetStream::accept_offline,
                     texts_value(),
                     "Streams of one or two copies that may be away while a server of theirs "
                     "restarts: STREAM, ACCOUNT/STREAM, ACCOUNT/* or *"),
      key<JetStream>("accept_loss",
                     &JetStream::accept_loss,
                     texts_value(),
                     "Streams of one copy in memory whose messages may be lost; written likewise"),
      key<JetStream>("accept_api_offline",
                     &JetStream::accept_api_offline,
                     flag_value(),
                     "JetStream's API may be away while a server restarts, as in a cluster of two"),
  };
  return shape;
}

// The name of a shipped playbook, or a file.
Codec<std::string> playbook_value() {
  auto codec = text_value();
  codec.read = [](std::string& value, const base::Yaml& yaml, Source& source) {
    value = source.text(yaml);
    const bool is_file =
        value.find('/') != std::string::npos || value.ends_with(".yaml") || value.ends_with(".yml");
    if (is_file) value = (source.folder / value).lexically_normal().string();
  };
  return codec;
}

// Shell commands: kept as they are written, since {node} is known for each node only and ${…} is
// the shell's.
Codec<std::vector<std::string>> commands_value() {
  auto codec = texts_value();
  codec.read = [](std::vector<std::string>& value, const base::Yaml& yaml, Source& source) {
    auto variables = source.variables;
    variables.values["node"] = "";
    variables.environment = nullptr;
    const auto add = [&](const base::Yaml& item) {
      value.push_back(item.text());
      if (const auto filled = expand(value.back(), variables); !filled)
        item.complain(filled.error().what);
    };
    if (yaml.kind() == base::Yaml::Kind::scalar) return add(yaml);
    for (const auto& item : yaml.items())
      add(item);
  };
  return codec;
}

// Ids of rules; the rules are read when a plan has the key.
Codec<std::vector<std::string>> rules_value() {
  auto codec = texts_value();
  const auto read = codec.read;
  codec.read = [read](std::vector<std::string>& value, const base::Yaml& yaml, Source& source) {
    read(value, yaml, source);
    std::vector<std::string> known;
    for (const auto& rule : rules::shipped_rules().rules)
      known.push_back(rule.id);
    for (const auto& id : value) {
      if (rules::shipped_rules().find(id)) continue;
      const auto meant = base::nearest(id, known);
      yaml.complain(fmt::format("there is no rule '{}'", id),
                    meant.empty() ? "`natsctl check` shows the rules that apply, each with its id"
                                  : fmt::format("did you mean '{}'?", meant));
    }
  };
  return codec;
}

}  // namespace

const Shape<Policy>& policy_shape() {
  static const Shape<Policy> shape{
      key<Policy>("playbook",
                  &Policy::playbook,
                  playbook_value(),
                  "The name of a shipped playbook or a file; default temp-node"),
      key<Policy>("max_unavailable",
                  &Policy::max_unavailable,
                  number_value(1, 1000),
                  "Never more members than this are down by us; one at a time keeps every value; "
                  "default 1"),
      key<Policy>(
          "drain", &Policy::drain, map_value(drain_shape()), "The servers' lame duck settings"),
      key<Policy>("gates",
                  &Policy::gates,
                  map_value(gates_shape()),
                  "What gates wait for when they do not say"),
      key<Policy>(
          "canary", &Policy::canary, map_value(canary_shape()), "A look after the first nodes"),
      key<Policy>("jetstream",
                  &Policy::jetstream,
                  map_value(jetstream_shape()),
                  "What of JetStream may be away, or lost, while its server restarts"),
      key<Policy>("rebalance",
                  &Policy::rebalance,
                  flag_value(),
                  "With `system`: clients are evened out when every member is done, as the shipped "
                  "playbooks have it; default true"),
      key<Policy>(
          "on_failure",
          &Policy::on_failure,
          choice_value<OnFailure>({{"pause", OnFailure::pause}, {"rollback", OnFailure::rollback}}),
          "What a failed step leads to; default pause"),
      key<Policy>(
          "accept",
          &Policy::accept,
          rules_value(),
          "Rules of releases, by id, whose warnings are known and accepted; `natsctl check` "
          "shows them"),
  };
  return shape;
}

const Shape<Probe>& probe_shape() {
  static const Shape<Probe> shape{
      key<Probe>("rate", &Probe::rate, number_value(1, 100'000), "Messages a second; default 50"),
      key<Probe>("subscribers",
                 &Probe::subscribers,
                 number_value(1, 1000),
                 "Subscribers of each kind, and as many publishers, requesters and responders; "
                 "default: one "
                 "for each server"),
      key<Probe>("requests",
                 &Probe::requests,
                 number_value(0, 10'000),
                 "Requests a second; 0: none; default 10"),
      key<Probe>("max_lost",
                 &Probe::max_lost,
                 number_value(0, 1'000'000'000),
                 "Messages that may be lost or stay unconfirmed; default 0"),
      key<Probe>("max_gap",
                 &Probe::max_gap,
                 duration_value(),
                 "The longest silence that a careful subscriber may meet; default 500ms"),
      key<Probe>("access",
                 &Probe::access,
                 map_value(access_shape()),
                 "How the traffic logs in, when it has an account of its own: as `access` of the "
                 "plan, which it uses otherwise"),
  };
  return shape;
}

const Shape<Hooks>& hooks_shape() {
  static const Shape<Hooks> shape{
      key<Hooks>("before_node",
                 &Hooks::before_node,
                 commands_value(),
                 "Commands run before a node's first step"),
      key<Hooks>("after_node",
                 &Hooks::after_node,
                 commands_value(),
                 "Commands run after a node's last step"),
  };
  return shape;
}

}  // namespace plan
