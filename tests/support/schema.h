#pragma once

#include "base/json.h"
#include "base/yaml.h"

#include <string>

#include <fmt/format.h>

// As much of JSON Schema as natsctl's own schemas use.
namespace support {

// YAML as JSON the way an editor sees it: a plain whole number is a number, everything else a text.
inline base::Json to_json(const base::Yaml& yaml) {
  using Kind = base::Yaml::Kind;
  if (yaml.kind() == Kind::map) {
    auto map = base::Json::object();
    for (const auto& [key, field] : yaml.fields())
      map.set(key, to_json(field));
    return map;
  }
  if (yaml.kind() == Kind::list) {
    auto list = base::Json::array();
    for (const auto& item : yaml.items())
      list.push(to_json(item));
    return list;
  }
  if (yaml.kind() != Kind::scalar) return {};
  return yaml.text();
}

inline base::Json json_of_yaml(const std::string& text) {
  base::Problems problems;
  return to_json(base::Yaml::read("text", text, problems));
}

namespace internal {

inline bool is_of_type(const std::string& type, const base::Json& value) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  // Scalars were all read as texts: their kind is the reader's business.
  return value.is_text();
}

inline std::string check(const base::Json& root,
                         const base::Json& schema,
                         const base::Json& value,
                         const std::string& path);

inline std::string check_fields(const base::Json& root,
                                const base::Json& schema,
                                const base::Json& value,
                                const std::string& path) {
  std::string told;
  for (const auto& name : schema["required"].texts()) {
    if (value.find(name) == nullptr) told += fmt::format("{}: no key {}\n", path, name);
  }
  for (const auto& [key, field] : value.fields()) {
    const auto inner = path.empty() ? key : path + "." + key;
    const auto& rest = schema["additionalProperties"];
    if (const auto* known = schema["properties"].find(key)) {
      told += check(root, *known, field, inner);
    } else if (rest.is_object()) {
      told += check(root, rest, field, inner);
    } else {
      told += fmt::format("{}: unknown key {}\n", path, key);
    }
  }
  return told;
}

inline std::string check(const base::Json& root,
                         const base::Json& schema,
                         const base::Json& value,
                         const std::string& path) {
  if (schema.find("$ref") != nullptr) return check(root, root["$defs"]["step"], value, path);
  if (const auto* any = schema.find("anyOf")) {
    std::string told;
    for (const auto& one : any->items()) {
      const auto mistakes = check(root, one, value, path);
      if (mistakes.empty()) return "";
      told += mistakes;
    }
    return told;
  }
  if (const auto* wanted = schema.find("const"); wanted != nullptr && *wanted != value)
    return path + ": other value\n";
  if (const auto* words = schema.find("enum")) {
    for (const auto& word : words->items()) {
      if (word == value) return "";
    }
    return fmt::format("{}: {} is none of the words\n", path, value.dump());
  }
  const auto type = schema["type"].text();
  if (!type.empty() && !is_of_type(type, value)) return fmt::format("{}: no {}\n", path, type);
  std::string told;
  if (value.is_object()) told += check_fields(root, schema, value, path);
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    told += check(root, schema["items"], value.items()[i], fmt::format("{}[{}]", path, i));
  }
  return told;
}

}  // namespace internal

// What the schema says against the value, a line a mistake.
inline std::string mistakes(const base::Json& schema, const base::Json& value) {
  return internal::check(schema, schema, value, "");
}

}  // namespace support
