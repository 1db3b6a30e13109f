#pragma once

#include "base/json.h"
#include "base/result.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contract {

// Reads a JSON object's fields into variables, as Go does it: names match without regard to case, a
// null leaves the variable as it is, a value of another kind is a mistake; the first one is
// remembered and told by done().
//
//   JsonReader in(json);
//   in.get("name", name).get("port", port);
//   TRY(in.done());
class JsonReader {
 public:
  explicit JsonReader(const base::Json& json);

  JsonReader& get(std::string_view key, std::string& out);
  JsonReader& get(std::string_view key, bool& out);
  JsonReader& get(std::string_view key, std::vector<std::string>& out);
  JsonReader& get(std::string_view key, std::vector<std::pair<std::string, std::int64_t>>& out);

  template <std::integral T>

  requires(!std::same_as<T, bool>) JsonReader& get(std::string_view key, T& out) {
    if (const base::Json* field = find(key)) {
      const bool fits =
          field->kind() == base::Json::Kind::unsigned_integer
              ? std::in_range<T>(field->unsigned_integer())
              : field->kind() == base::Json::Kind::integer && std::in_range<T>(field->integer());
      fits ? void(out = static_cast<T>(field->unsigned_integer())) : complain(key);
    }
    return *this;
  }

  JsonReader& get(std::string_view key, std::optional<int>& out) {
    if (find(key) != nullptr) get(key, out.emplace());
    return *this;
  }

  // An object within: `read` gets a reader of it.
  template <std::invocable<JsonReader&> Read>
  JsonReader& with(std::string_view key, const Read& read) {
    if (const base::Json* field = find(key)) {
      JsonReader inner(*field);
      read(inner);
      if (!inner.wrong_.empty()) complain(key);
    }
    return *this;
  }

  // A list of objects: `read` gets a reader of each.
  template <std::invocable<JsonReader&> Read>
  JsonReader& each(std::string_view key, const Read& read) {
    const base::Json* field = find(key);
    if (field == nullptr) return *this;
    if (!field->is_array()) complain(key);
    for (const base::Json& item : field->items()) {
      JsonReader inner(item);
      read(inner);
      if (!inner.wrong_.empty()) complain(key);
    }
    return *this;
  }

  // The field itself; nullptr when there is none, or null.
  const base::Json* find(std::string_view key) const;

  // A mistake that only the caller can see.
  void complain(std::string_view key);

  base::Result<void> done() const;

 private:
  const base::Json& json_;
  std::string wrong_;
};

}  // namespace contract
