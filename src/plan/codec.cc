#include "plan/codec.h"

#include "base/text.h"

#include <fmt/format.h>

namespace plan {

namespace {

base::Json schema_of(const char* type) {
  return base::Json::object({{"type", type}});
}

// In the folder: relative to it, as a person would have written it. Elsewhere: as it is.
std::string written_path(const fs::path& path, const fs::path& folder) {
  const auto relative = path.lexically_relative(folder);
  if (folder.empty() || relative.empty() || *relative.begin() == "..") return path.string();
  return relative.string();
}

void read_address_map(Address& address, const base::Yaml& yaml, Source& source) {
  base::YamlMap map(yaml);
  if (const auto host = map.optional("host")) address.host = source.text(host);
  if (const auto port = map.optional("port"))
    address.port = static_cast<int>(port.number_between(1, 65535));
  map.finish();
}

}  // namespace

Codec<std::string> text_value() {
  return {
      schema_of("string"),
      [](std::string& value, const base::Yaml& yaml, Source& source) { value = source.text(yaml); },
      [](const std::string& value, const fs::path&) { return base::Json(value); }};
}

Codec<std::string> name_value() {
  auto codec = text_value();
  codec.schema.set("pattern", "^[A-Za-z0-9_.-]+$");
  codec.read = [](std::string& value, const base::Yaml& yaml, Source&) {
    value = yaml.text();
    const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '.' || c == '-';
    });
    if (yaml.kind() != base::Yaml::Kind::scalar) return;
    if (!plain) {
      yaml.complain(fmt::format("'{}' is no name for a node", value),
                    "letters, digits, '_', '.' and '-' only");
    } else if (value == "cluster") {
      yaml.complain("a node cannot be called 'cluster'",
                    "steps of the whole cluster go by that name");
    }
  };
  return codec;
}

Codec<std::vector<std::string>> texts_value() {
  using Texts = std::vector<std::string>;
  return {base::Json::object({{"type", "array"}, {"items", schema_of("string")}}),
          [](Texts& value, const base::Yaml& yaml, Source& source) {
            value.clear();
            if (yaml.kind() == base::Yaml::Kind::scalar) {
              value.push_back(source.text(yaml));
              return;
            }
            for (const auto& item : yaml.items())
              value.push_back(source.text(item));
          },
          [](const Texts& value, const fs::path&) { return base::Json(value); }};
}

Codec<fs::path> path_value() {
  return {schema_of("string"),
          [](fs::path& value, const base::Yaml& yaml, Source& source) {
            const auto text = source.text(yaml);
            if (text.empty()) {
              if (yaml.kind() == base::Yaml::Kind::scalar)
                yaml.complain("a path is wanted here, this is empty");
              return;
            }
            if (text.find("://") != std::string::npos) {
              yaml.complain(fmt::format("'{}' is a URL; a path on this machine is wanted", text),
                            "download it first and name the file");
              return;
            }
            value = (source.folder / text).lexically_normal();
          },
          [](const fs::path& value, const fs::path& folder) {
            return base::Json(written_path(value, folder));
          }};
}

Codec<Address> address_value() {
  const auto port = base::Json::object({{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}});
  const auto map = base::Json::object(
      {{"type", "object"},
       {"properties", base::Json::object({{"host", schema_of("string")}, {"port", port}})},
       {"additionalProperties", false}});
  return {base::Json::object({{"anyOf", base::Json::Array{schema_of("string"), port, map}}}),
          [](Address& value, const base::Yaml& yaml, Source& source) {
            if (yaml.kind() == base::Yaml::Kind::map) return read_address_map(value, yaml, source);
            const auto text = source.text(yaml);
            if (yaml.kind() != base::Yaml::Kind::scalar) return;
            const auto address = parse_address(text);
            if (!address) return yaml.complain(address.error().what);
            if (!address->host.empty()) value.host = address->host;
            value.port = address->port;
          },
          [](const Address& value, const fs::path&) { return base::Json(value.text()); }};
}

Codec<base::nanoseconds> duration_value() {
  auto schema = schema_of("string");
  schema.set("pattern", "^(0|([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$");
  return {schema,
          [](base::nanoseconds& value, const base::Yaml& yaml, Source&) {
            // An unreadable one leaves the value as it is by default, which contradicts no other.
            const auto duration = yaml.duration();
            if (yaml.kind() == base::Yaml::Kind::scalar && base::parse_duration(yaml.text()))
              value = duration;
          },
          [](const base::nanoseconds& value, const fs::path&) {
            return base::Json(base::format_duration(value));
          }};
}

Codec<int> number_value(int least, int most) {
  return {base::Json::object({{"type", "integer"}, {"minimum", least}, {"maximum", most}}),
          [least, most](int& value, const base::Yaml& yaml, Source&) {
            value = static_cast<int>(yaml.number_between(least, most));
          },
          [](const int& value, const fs::path&) { return base::Json(value); }};
}

Codec<bool> flag_value() {
  return {schema_of("boolean"),
          [](bool& value, const base::Yaml& yaml, Source&) { value = yaml.flag(); },
          [](const bool& value, const fs::path&) { return base::Json(value); }};
}

void complain_of_choice(const base::Yaml& yaml,
                        const std::string& text,
                        const std::vector<std::string>& names) {
  if (yaml.kind() != base::Yaml::Kind::scalar) return;
  const auto meant = base::nearest(text, names);
  yaml.complain(fmt::format("'{}' is not one of {}", text, base::join(names, ", ")),
                meant.empty() ? "" : fmt::format("did you mean '{}'?", meant));
}

}  // namespace plan
