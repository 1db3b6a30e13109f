#include "rules/conditions.h"

#include "base/text.h"

#include <tuple>

#include <fmt/core.h>

namespace rules {

namespace {

using contract::ConfValue;
using Is = Holds::Is;

Holds found(std::vector<std::string> who) {
  const auto is = who.empty() ? Is::no : Is::yes;
  return {is, std::move(who)};
}

// ---- servers

Holds jetstream(const Question& question) {
  std::vector<std::string> with;
  bool known = true;
  for (const auto& server : question.facts.servers) {
    known = known && server.jetstream.has_value();
    if (server.jetstream.value_or(false)) with.push_back(server.name);
  }
  const bool clustered = question.words.front() == "clustered";
  if (with.size() >= (clustered ? 2U : 1U)) return {Is::yes, with};
  return {known ? Is::no : Is::unknown, with};
}

Holds pool_sizes_differ(const Question& question) {
  std::set<int> sizes;
  std::vector<std::string> who;
  for (const auto& server : question.facts.servers) {
    if (!server.pool_size) continue;
    sizes.insert(*server.pool_size);
    who.push_back(fmt::format("{}: {}", server.name, *server.pool_size));
  }
  return found(sizes.size() > 1 ? who : std::vector<std::string>());
}

Holds names_with_blanks(const Question& question) {
  std::set<std::string> who;
  for (const auto& server : question.facts.servers) {
    for (const auto* name : {&server.name, &server.cluster}) {
      if (name->find(' ') != std::string::npos) who.insert("'" + *name + "'");
    }
  }
  return found({who.begin(), who.end()});
}

// ---- confs

// "jetstream.limits.default_max_consumers"; through lists too: "leafnodes.remotes.disabled".
bool has_key(const ConfValue& conf, std::string_view path) {
  if (conf.is(ConfValue::Kind::list)) {
    return std::any_of(conf.items().begin(), conf.items().end(), [&](const ConfValue& item) {
      return has_key(item, path);
    });
  }
  const auto dot = path.find('.');
  const auto* value = conf.find(path.substr(0, dot));
  if (!value) return false;
  return dot == std::string_view::npos || has_key(*value, path.substr(dot + 1));
}

Holds conf_has(const Question& question) {
  std::vector<std::string> who;
  for (const auto& server : question.facts.servers) {
    for (const auto& key : question.words) {
      if (server.conf && has_key(*server.conf, key)) who.push_back(server.name + ": " + key);
    }
  }
  return found(std::move(who));  // a conf that cannot be read is a finding of its own
}

Holds conf_test(const Question& question) {
  std::vector<std::string> who;
  for (const auto& server : question.facts.servers) {
    const auto refusal = server.refused_by.find(question.to.text());
    if (refusal != server.refused_by.end()) who.push_back(server.name + ": " + refusal->second);
  }
  return found(std::move(who));
}

bool flag_is(const ServerFacts& server, const std::string& flag, bool wanted) {
  const auto* flags = server.conf ? server.conf->find("feature_flags") : nullptr;
  const auto* value = flags ? flags->find(flag) : nullptr;
  return value && value->is(ConfValue::Kind::boolean) && value->as_boolean() == wanted;
}

// Not switched off by every server's conf.
Holds flag_not_off(const Question& question) {
  std::vector<std::string> who;
  for (const auto& server : question.facts.servers) {
    if (!flag_is(server, question.words.front(), false)) who.push_back(server.name);
  }
  return found(std::move(who));
}

Holds flag_on(const Question& question) {
  std::vector<std::string> who;
  for (const auto& server : question.facts.servers) {
    if (flag_is(server, question.words.front(), true)) who.push_back(server.name);
  }
  return found(std::move(who));
}

// ---- streams and consumers

template <class Judge>
Holds of_assets(const Question& question, const Judge& judge) {
  if (!question.facts.assets) {
    const bool none = std::all_of(
        question.facts.servers.begin(), question.facts.servers.end(), [](const auto& server) {
          return server.jetstream && !*server.jetstream;
        });
    return {none ? Is::no : Is::unknown, {}};
  }
  std::vector<std::string> who;
  for (const auto& asset : *question.facts.assets) {
    const std::string why = judge(asset);
    if (!why.empty()) who.push_back(asset.name + " (" + why + ")");
  }
  return found(std::move(who));
}

Holds needs_a_newer_api(const Question& question) {
  const int offered = question.rules.of(question.to).api_level;
  return of_assets(question, [&](const AssetFacts& asset) {
    return asset.level > offered ? fmt::format("API level {}", asset.level) : std::string();
  });
}

Holds asset_uses(const Question& question) {
  return of_assets(question, [&](const AssetFacts& asset) {
    std::vector<std::string> used;
    for (const auto& key : question.words) {
      if (asset.uses.contains(key)) used.push_back(key);
    }
    return base::join(used, ", ");
  });
}

Holds replicated_mirror(const Question& question) {
  auto holds = of_assets(question, [](const AssetFacts& asset) {
    return asset.mirror && asset.replicas > 1 ? fmt::format("a mirror, R{}", asset.replicas)
                                              : std::string();
  });
  if (question.words.front() == "none") {
    if (holds.is == Is::unknown) return {};  // the rule for mirrors speaks
    return {holds.is == Is::no ? Is::yes : Is::no, {}};
  }
  return holds;
}

Holds consumers_over(const Question& question) {
  const auto most = base::parse_int(question.words.front());
  return of_assets(question, [&](const AssetFacts& asset) {
    const bool over = most && asset.consumers > static_cast<std::uint64_t>(*most);
    return over ? base::count_of(asset.consumers, "consumer") : std::string();
  });
}

// ---- the releases

Holds index_is_newer(const Question& question) {
  const auto now = question.rules.of(question.from).index;
  const auto then = question.rules.of(question.to).index;
  return {now > then ? Is::yes : Is::no, {}};
}

Holds minor_differs(const Question& question) {
  const auto minor = [](const contract::Version& version) {
    return std::pair(version.major, version.minor);
  };
  return {minor(question.from) != minor(question.to) ? Is::yes : Is::no, {}};
}

// -RC.1, -dev, -preview.2, -beta; but not what a packager appends: 2.11.1-binary.
Holds is_prerelease(const Question& question) {
  const auto suffix = base::lower(question.to.suffix);
  for (const auto* word : {"rc", "dev", "preview", "alpha", "beta"}) {
    if (suffix.starts_with(word)) return {Is::yes, {question.to.text()}};
  }
  return {};
}

}  // namespace

const std::vector<Condition>& conditions() {
  static const std::vector<Condition> table = {
      {"jetstream", "on: a server has JetStream; clustered: two or more have", jetstream},
      {"pool_size", "differs: the servers' routes have pools of several sizes", pool_sizes_differ},
      {"names", "with-blanks: of a server or the cluster", names_with_blanks},
      {"conf", "a server's conf has one of these keys", conf_has},
      {"conf_test", "refused: the release's own -t does not take a server's conf", conf_test},
      {"flag_not_off", "not every conf switches this feature flag off", flag_not_off},
      {"flag_on", "a conf switches this feature flag on", flag_on},
      {"api_level", "too-new: an asset requires more than the release offers", needs_a_newer_api},
      {"asset_uses", "a stream's or consumer's configuration has one of these keys", asset_uses},
      {"replicated_mirror",
       "some: a stream with replicas mirrors another; none",
       replicated_mirror},
      {"consumers_over", "a stream has more consumers than this", consumers_over},
      {"store_index", "newer: the store's index is of a later version", index_is_newer},
      {"minor", "differs: the releases are of two minor versions", minor_differs},
      {"suffix", "prerelease: the release is one before a release", is_prerelease},
  };
  return table;
}

const Condition* find_condition(std::string_view name) {
  for (const auto& row : conditions()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace rules
