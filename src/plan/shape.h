#pragma once

#include "plan/codec.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

// The keys of a map in plan.yaml as a table of rows. One table reads the map, writes it, and is its
// JSON Schema, so the three cannot disagree:
//
//   const Shape<Policy::Gates>& gates_shape() {
//     static const Shape<Policy::Gates> shape{
//         key<Policy::Gates>("hold", &Policy::Gates::hold, duration_value(), "true for this long
//         without a break"), …
namespace plan {

enum class Need {
  optional,
  required,
  somewhere,  // in the map itself or in `defaults`; whoever merges the two sees to it
};

template <class T>
struct Key {
  std::string name;
  std::string meaning;  // a sentence for the schema and the documentation
  Need need = Need::optional;
  base::Json schema;
  std::function<void(T&, const base::Yaml&, Source&)> read;
  std::function<base::Json(const T&, const fs::path& folder)> write;  // null: leave it out
};

template <class T>
using Shape = std::vector<Key<T>>;

// `get` is a pointer to a member, or a function that gives a reference into a T. A value that is as
// in a fresh T is not written.
template <class T, class Get, class V>
Key<T> key(
    std::string name, Get get, Codec<V> codec, std::string meaning, Need need = Need::optional) {
  const auto read = codec.read;
  const auto write = codec.write;
  return {std::move(name),
          std::move(meaning),
          need,
          std::move(codec.schema),
          [get, read](T& value, const base::Yaml& yaml, Source& source) {
            read(std::invoke(get, value), yaml, source);
          },
          [get, write, need](const T& value, const fs::path& folder) -> base::Json {
            const T fresh{};
            if (need == Need::optional && std::invoke(get, value) == std::invoke(get, fresh))
              return nullptr;
            return write(std::invoke(get, value), folder);
          }};
}

// The rows of a part, as rows of the whole that has it.
template <class T, class Part, class Get>
Shape<T> lifted(const Shape<Part>& shape, Get get) {
  Shape<T> result;
  for (const auto& row : shape) {
    result.push_back({row.name,
                      row.meaning,
                      row.need,
                      row.schema,
                      [get, row](T& value, const base::Yaml& yaml, Source& source) {
                        row.read(std::invoke(get, value), yaml, source);
                      },
                      [get, row](const T& value, const fs::path& folder) {
                        return row.write(std::invoke(get, value), folder);
                      }});
  }
  return result;
}

// Reads the map; every mistake in it is a Problem with its place.
template <class T>
void read_map(const Shape<T>& shape, T& value, const base::Yaml& yaml, Source& source) {
  base::YamlMap map(yaml);
  for (const auto& row : shape) {
    const auto field = row.need == Need::required ? map.required(row.name) : map.optional(row.name);
    if (!field) continue;
    const Inside inside(source, row.name);
    source.note(field);
    row.read(value, field, source);
  }
  map.finish();
}

template <class T>
base::Json write_map(const Shape<T>& shape, const T& value, const fs::path& folder) {
  auto map = base::Json::object();
  for (const auto& row : shape) {
    auto field = row.write(value, folder);
    if (!field.is_null()) map.set(row.name, std::move(field));
  }
  return map;
}

template <class T>
base::Json schema_of_map(const Shape<T>& shape) {
  auto properties = base::Json::object();
  std::vector<std::string> required;
  for (const auto& row : shape) {
    auto schema = row.schema;
    schema.set("description", row.meaning);
    properties.set(row.name, std::move(schema));
    if (row.need == Need::required) required.push_back(row.name);
  }
  auto result = base::Json::object(
      {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}});
  if (!required.empty()) result.set("required", base::Json(required));
  return result;
}

// A map within a map.
template <class V>
Codec<V> map_value(const Shape<V>& shape) {
  return {
      schema_of_map(shape),
      [shape](V& value, const base::Yaml& yaml, Source& source) {
        read_map(shape, value, yaml, source);
      },
      [shape](const V& value, const fs::path& folder) { return write_map(shape, value, folder); }};
}

// What may be absent as a whole.
template <class V>
Codec<std::optional<V>> optional_value(Codec<V> codec) {
  return {codec.schema,
          [codec](std::optional<V>& value, const base::Yaml& yaml, Source& source) {
            codec.read(value.emplace(), yaml, source);
          },
          [codec](const std::optional<V>& value, const fs::path& folder) -> base::Json {
            return value ? codec.write(*value, folder) : base::Json();
          }};
}

}  // namespace plan
