#pragma once

#include "base/json.h"

#include <set>
#include <string>

// What two answers have in common when their values differ: names and kinds.
namespace support {

// Every field's path and the kind of its value: "connections[].cid:number".
inline void add_shape(const base::Json& json,
                      const std::string& path,
                      std::set<std::string>& shape) {
  const auto kind = [&]() -> std::string {
    if (json.is_number()) return "number";
    if (json.is_text()) return "text";
    if (json.is_array()) return "array";
    if (json.is_object()) return "object";
    return json.is_null() ? "null" : "boolean";
  };
  shape.insert(path + ":" + kind());
  for (const auto& [name, value] : json.fields())
    add_shape(value, path + "." + name, shape);
  for (const base::Json& item : json.items())
    add_shape(item, path + "[]", shape);
}

inline std::set<std::string> shape(const base::Json& json) {
  std::set<std::string> result;
  add_shape(json, "", result);
  return result;
}

// What one answer has and the other has not; empty when they have the same shape.
inline std::string difference(const base::Json& ours, const base::Json& theirs) {
  const auto mine = shape(ours);
  const auto real = shape(theirs);
  std::string text;
  for (const auto& line : mine)
    text += real.contains(line) ? "" : "only ours: " + line + "\n";
  for (const auto& line : real)
    text += mine.contains(line) ? "" : "only theirs: " + line + "\n";
  return text;
}

}  // namespace support
