#pragma once

#include "base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contract {

// Writes an object; the plain methods always, the others only when there is something to say.
class JsonWriter {
 public:
  JsonWriter& always(std::string_view key, base::Json value) {
    json_.set(key, std::move(value));
    return *this;
  }

  JsonWriter& some(std::string_view key, const std::string& value) {
    if (!value.empty()) json_.set(key, value);
    return *this;
  }

  JsonWriter& some(std::string_view key, bool value) {
    if (value) json_.set(key, true);
    return *this;
  }

  JsonWriter& some(std::string_view key, int value) {
    if (value != 0) json_.set(key, value);
    return *this;
  }

  JsonWriter& some(std::string_view key, std::uint64_t value) {
    if (value != 0) json_.set(key, value);
    return *this;
  }

  JsonWriter& some(std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) json_.set(key, values);
    return *this;
  }

  JsonWriter& some(std::string_view key, const std::optional<base::Json>& value) {
    if (value) json_.set(key, *value);
    return *this;
  }

  base::Json done() { return std::move(json_); }

 private:
  base::Json json_ = base::Json::object();
};

}  // namespace contract
