#include "playbook/playbook_reader.h"

#include "base/files.h"
#include "base/text.h"
#include "base/yaml.h"
#include "plan/variables.h"

#include <algorithm>

#include <fmt/format.h>

namespace playbook {

namespace {

std::vector<std::string> names_of(const std::vector<Word>& words) {
  std::vector<std::string> names;
  for (const auto& word : words)
    names.push_back(word.name);
  return names;
}

const Word* find(const std::vector<Word>& words, const std::string& name) {
  const auto at =
      std::find_if(words.begin(), words.end(), [&](const Word& word) { return word.name == name; });
  return at == words.end() ? nullptr : &*at;
}

void complain_unknown(const base::Yaml& at,
                      const std::string& kind,
                      const std::string& name,
                      const std::vector<std::string>& known) {
  const auto meant = base::nearest(name, known);
  at.complain(fmt::format("there is no {} '{}'", kind, name),
              meant.empty() ? "known: " + base::join(known, ", ")
                            : fmt::format("did you mean '{}'?", meant));
}

// Where a step stands: some actions make sense in one place only.
enum class Position { cluster, each_node, recover };

class Reader {
 public:
  explicit Reader(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  Playbook read(const base::Yaml& yaml) {
    base::YamlMap map(yaml);
    fixed(map.required("apiVersion"), "natsctl/v1");
    fixed(map.required("kind"), "Playbook");
    playbook_.name = map.required("name").text();
    playbook_.summary = map.optional("summary").text();
    if (const auto order = map.optional("order")) read_order(order);
    if (const auto gates = map.optional("gates")) read_gates(gates);
    if (const auto steps = map.required("steps")) read_steps(steps);
    if (const auto recover = map.optional("recover")) {
      for (const auto& item : recover.items()) {
        if (auto step = read_step(item, Position::recover))
          playbook_.recover.push_back(*std::move(step));
      }
    }
    map.finish();
    return std::move(playbook_);
  }

 private:
  static void fixed(const base::Yaml& yaml, const std::string& wanted) {
    if (yaml && yaml.text() != wanted) yaml.complain(fmt::format("'{}' is wanted here", wanted));
  }

  void read_order(const base::Yaml& yaml) {
    const auto known = names_of(order_words());
    for (const auto& item : yaml.items()) {
      const auto word = item.text();
      if (find(order_words(), word) == nullptr) complain_unknown(item, "order", word, known);
      playbook_.order.push_back(word);
    }
  }

  void read_gates(const base::Yaml& yaml) {
    for (const auto& [name, field] : yaml.fields()) {
      Gate gate{.name = name};
      base::YamlMap map(field);
      if (const auto all = map.required("all")) {
        for (const auto& item : all.items())
          gate.conditions.push_back(read_condition(item));
        if (all.kind() == base::Yaml::Kind::list && gate.conditions.empty()) {
          all.complain("a gate has at least one condition");
        }
      }
      if (const auto hold = map.optional("hold")) gate.hold = hold.duration();
      if (const auto within = map.optional("within")) gate.within = within.duration();
      map.finish();
      if (gate.within > base::nanoseconds(0) && gate.hold >= gate.within) {
        field.complain("hold must be shorter than within", "or the gate can never open");
      }
      playbook_.gates[name] = std::move(gate);
    }
  }

  std::string read_condition(const base::Yaml& item) const {
    auto name = item.text();
    if (item.kind() == base::Yaml::Kind::scalar && find(vocabulary_.conditions, name) == nullptr) {
      complain_unknown(item, "condition", name, names_of(vocabulary_.conditions));
    }
    return name;
  }

  void read_steps(const base::Yaml& yaml) {
    const auto items = yaml.items();
    if (items.empty()) yaml.complain("a playbook has at least one step");
    for (const auto& item : items) {
      const auto fields = item.kind() == base::Yaml::Kind::map ? item.fields() : Fields{};
      if (fields.size() == 1 && fields.front().first == "each-node") {
        Phase phase{.steps = {}, .each_node = true};
        for (const auto& inner : fields.front().second.items()) {
          if (auto step = read_step(inner, Position::each_node))
            phase.steps.push_back(*std::move(step));
        }
        playbook_.phases.push_back(std::move(phase));
      } else if (auto step = read_step(item, Position::cluster)) {
        playbook_.phases.push_back({{*std::move(step)}, false});
      }
    }
  }

  // "lame-duck", or "lame-duck: { gate: clients-moved }".
  std::optional<StepTemplate> read_step(const base::Yaml& item, Position position) const {
    StepTemplate step;
    base::Yaml settings;
    if (item.kind() == base::Yaml::Kind::map) {
      const auto fields = item.fields();
      if (fields.size() != 1) {
        item.complain("a step is one action", "write `- action` or `- action: { gate: NAME }`");
        return std::nullopt;
      }
      step.action = fields.front().first;
      settings = fields.front().second;
    } else {
      step.action = item.text();
      if (item.kind() != base::Yaml::Kind::scalar) return std::nullopt;
    }
    const auto& at = settings ? settings : item;
    if (step.action == "each-node") {
      at.complain("each-node stands at the top of `steps` only", "nodes are taken one at a time");
      return std::nullopt;
    }
    const auto* word = find(vocabulary_.actions, step.action);
    if (word == nullptr) {
      complain_unknown(at, "action", step.action, names_of(vocabulary_.actions));
      return std::nullopt;
    }
    check_position(at, *word, position);
    if (settings && settings.kind() != base::Yaml::Kind::null) read_settings(settings, *word, step);
    return step;
  }

  static void check_position(const base::Yaml& at, const Word& word, Position position) {
    const bool of_temp_node = word.name == "add-temp-node" || word.name == "remove-temp-node";
    if (word.for_a_node && position == Position::cluster) {
      at.complain(fmt::format("'{}' is done to one node", word.name), "put it under each-node");
    } else if (of_temp_node && position != Position::cluster) {
      at.complain(fmt::format("'{}' is done once", word.name),
                  "put it beside each-node, not under it");
    }
  }

  void read_settings(const base::Yaml& yaml, const Word& word, StepTemplate& step) const {
    base::YamlMap map(yaml);
    if (const auto gate = map.optional("gate")) {
      step.gate = gate.text();
      std::vector<std::string> known;
      for (const auto& [name, unused] : playbook_.gates)
        known.push_back(name);
      if (!playbook_.gates.contains(step.gate)) complain_unknown(gate, "gate", step.gate, known);
    }
    if (const auto when = map.optional("when")) {
      step.when = when.text();
      if (step.when != kWhenJetStream && step.when != kWhenSystemAccount) {
        when.complain(
            fmt::format("'{}' or '{}' is wanted here", kWhenJetStream, kWhenSystemAccount));
      }
    }
    for (const auto& argument : word.arguments) {
      const auto value = map.optional(argument);
      if (!value) continue;
      step.args[argument] = value.text();
      const auto filled =
          plan::expand(step.args[argument], {{{"node", ""}, {"release.version", ""}}, nullptr});
      if (!filled) value.complain(filled.error().what);
    }
    map.finish();
  }

  using Fields = std::vector<std::pair<std::string, base::Yaml>>;

  const Vocabulary& vocabulary_;
  Playbook playbook_;
};

}  // namespace

const std::vector<Word>& order_words() {
  static const std::vector<Word> words = {
      {"unready-first", "what does not answer or is not healthy comes first"},
      {"cluster-by-cluster",
       "one cluster is done before the next begins: as the plan names them, the meta leader's "
       "last"},
      {"meta-leader-last", "the leader of JetStream's meta group comes last"},
      {"fewest-clients", "the fewer clients, the earlier: most clients then move once only"},
      {"as-listed",
       "in the order of the plan; what the words before leave open is always in this order"},
  };
  return words;
}

std::optional<Playbook> parse_playbook(const std::string& file,
                                       const std::string& text,
                                       const Vocabulary& vocabulary,
                                       base::Problems& problems) {
  const auto before = problems.size();
  const auto yaml = base::Yaml::read(file, text, problems);
  if (!yaml) return std::nullopt;
  auto playbook = Reader(vocabulary).read(yaml);
  if (problems.size() > before) return std::nullopt;
  return playbook;
}

std::optional<Playbook> load_playbook(const std::string& name_or_file,
                                      const Vocabulary& vocabulary,
                                      base::Problems& problems) {
  std::vector<std::string> names;
  for (const auto& [name, text] : shipped_playbooks()) {
    if (name == name_or_file) {
      return parse_playbook(
          fmt::format("playbooks/{}.yaml", name), std::string(text), vocabulary, problems);
    }
    names.emplace_back(name);
  }
  if (!std::filesystem::path(name_or_file).is_absolute()) {
    const auto meant = base::nearest(name_or_file, names);
    problems.push_back({"",
                        0,
                        0,
                        fmt::format("there is no playbook '{}'", name_or_file),
                        fmt::format("{}shipped: {}; or give a file such as ./my-playbook.yaml",
                                    meant.empty() ? "" : fmt::format("did you mean '{}'? ", meant),
                                    base::join(names, ", "))});
    return std::nullopt;
  }
  const auto text = base::read_file(name_or_file);
  if (!text) {
    problems.push_back({"", 0, 0, text.error().what, "policy.playbook names this file"});
    return std::nullopt;
  }
  return parse_playbook(name_or_file, *text, vocabulary, problems);
}

}  // namespace playbook
