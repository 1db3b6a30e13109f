#include "plan/plan_shape.h"

#include "base/text.h"
#include "contract/version.h"

#include <fmt/format.h>

namespace plan {

namespace {

// Known from here on as {release.version}.
Codec<std::string> version_value() {
  auto codec = text_value();
  codec.read = [](std::string& value, const base::Yaml& yaml, Source& source) {
    value = source.text(yaml);
    if (value.starts_with('v')) value.erase(0, 1);
    if (yaml.kind() == base::Yaml::Kind::scalar && !contract::Version::parse(value)) {
      yaml.complain(fmt::format("'{}' is not a server version", value),
                    "write it like 2.10.27, as /varz says it");
    }
    source.variables.values["release.version"] = value;
  };
  return codec;
}

Codec<std::string> digest_value() {
  auto codec = text_value();
  codec.schema.set("pattern", "^[0-9a-fA-F]{64}$");
  codec.read = [](std::string& value, const base::Yaml& yaml, Source& source) {
    value = base::lower(source.text(yaml));
    const bool is_hex = value.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (yaml.kind() == base::Yaml::Kind::scalar && (value.size() != 64 || !is_hex)) {
      yaml.complain(fmt::format("a SHA-256 is 64 hex digits, this is {}",
                                base::count_of(value.size(), "character")),
                    "`sha256sum FILE` prints it");
    }
  };
  return codec;
}

// A key that always says the same.
Key<Plan> fixed(const std::string& name, const std::string& value, const std::string& meaning) {
  return {name,
          meaning,
          Need::required,
          base::Json::object({{"const", value}}),
          [value](Plan&, const base::Yaml& yaml, Source&) {
            const auto text = yaml.text();
            if (text != value && yaml.kind() == base::Yaml::Kind::scalar) {
              yaml.complain(fmt::format("'{}' is wanted here, this is '{}'", value, text));
            }
          },
          [value](const Plan&, const fs::path&) { return base::Json(value); }};
}

Key<Plan> defaults_row() {
  return {"defaults",
          "Any field of a node; a node may override each",
          Need::optional,
          schema_of_map(defaults_shape()),
          [](Plan&, const base::Yaml& yaml, Source& source) { source.defaults = yaml; },
          [](const Plan&, const fs::path&) { return base::Json(); }};
}

Codec<std::vector<Node>> nodes_value() {
  const auto codec = node_value();
  return {base::Json::object({{"type", "array"}, {"minItems", 1}, {"items", codec.schema}}),
          [codec](std::vector<Node>& nodes, const base::Yaml& yaml, Source& source) {
            for (const auto& item : yaml.items()) {
              const Inside inside(source, fmt::format("[{}]", nodes.size()));
              source.note(item);
              codec.read(nodes.emplace_back(), item, source);
            }
          },
          [codec](const std::vector<Node>& nodes, const fs::path& folder) {
            auto list = base::Json::array();
            for (const auto& node : nodes)
              list.push(codec.write(node, folder));
            return list;
          }};
}

}  // namespace

const Shape<Release>& release_shape() {
  static const Shape<Release> shape{
      key<Release>("version",
                   &Release::version,
                   version_value(),
                   "What every node must report at the end",
                   Need::required),
      key<Release>("binary",
                   &Release::binary,
                   path_value(),
                   "The server program, for nodes that are no containers"),
      key<Release>(
          "sha256", &Release::sha256, digest_value(), "Its SHA-256; without it none is demanded"),
      key<Release>("image",
                   &Release::image,
                   text_value(),
                   "The image, for nodes that are containers: nats:2.10.27, or by digest"),
      key<Release>("image_id",
                   &Release::image_id,
                   digest_value(),
                   "The image's id, without sha256:; without it none is demanded"),
      key<Release>("image_archive",
                   &Release::image_archive,
                   path_value(),
                   "A file of `docker save` that holds the image, for engines without a registry"),
  };
  return shape;
}

const Shape<Plan>& plan_shape() {
  // In the order of reading: what a later row needs ({release.version}, defaults) comes first.
  static const Shape<Plan> shape{
      fixed("apiVersion", "natsctl/v1", "The format of this file"),
      fixed("kind", "ClusterPlan", "What this file is"),
      key<Plan>("cluster",
                &Plan::cluster,
                text_value(),
                "The cluster name the servers report; without it they agree on one themselves"),
      key<Plan>("release",
                &Plan::release,
                map_value(release_shape()),
                "The server program wanted everywhere",
                Need::required),
      defaults_row(),
      key<Plan>("nodes", &Plan::nodes, nodes_value(), "The members of the cluster", Need::required),
      key<Plan>("temp_node",
                &Plan::temp_node,
                optional_value(temp_node_value()),
                "A further server for the time of the change"),
      key<Plan>("policy", &Plan::policy, map_value(policy_shape()), "How careful to be"),
      key<Plan>("probe",
                &Plan::probe,
                optional_value(map_value(probe_shape())),
                "Real traffic through the change"),
      key<Plan>(
          "access", &Plan::access, map_value(access_shape()), "How natsctl's own clients log in"),
      key<Plan>("system",
                &Plan::system,
                optional_value(map_value(access_shape())),
                "How natsctl logs in to the system account: as `access`"),
      key<Plan>("hooks",
                &Plan::hooks,
                map_value(hooks_shape()),
                "Your own commands, run on this machine"),
  };
  return shape;
}

}  // namespace plan
