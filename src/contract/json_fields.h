#pragma once

#include "base/json.h"
#include "base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Structs to JSON and back from one list of their fields, so that the two cannot drift apart:
//
//   template <class Fields, class T>
//   void describe_fields(Fields& fields, T& point) {    // T is const when writing
//     fields.always("x", point.x);
//     fields.filled("label", point.label);              // Go's omitempty
//   }
//
// An empty optional is never written. Times are RFC 3339, durations are nanoseconds.
namespace contract {

// For describe_fields() of one type only: T is const when writing.
template <class T, class Wanted>
concept Is = std::is_same_v<std::remove_const_t<T>, Wanted>;

// ---- writing
// --------------------------------------------------------------------------------------

// Puts each field into a JSON object.
class FieldWriter {
 public:
  template <class T>
  void always(std::string_view name, const T& value) {
    json_.set(name, write(value));
  }

  template <class T>
  void always(std::string_view name, const std::optional<T>& value) {
    if (value) json_.set(name, write(*value));
  }

  // Go's omitempty.
  template <class T>
  void filled(std::string_view name, const T& value) {
    if (!is_empty(value)) json_.set(name, write(value));
  }

  template <class T>
  void filled(std::string_view name, const std::optional<T>& value) {
    always(name, value);
  }

  // The fields of an inner struct that stand beside ours.
  template <class T>
  void beside(std::string_view, const std::optional<T>& value) {
    if (value) describe_fields(*this, *value);
  }

  base::Json take() { return std::move(json_); }

 private:
  template <class T>
  static bool is_empty(const T& value) {
    if constexpr (requires { value.empty(); }) {
      return value.empty();
    } else {
      return value == T{};
    }
  }

  static base::Json write(bool value) { return value; }

  static base::Json write(int value) { return value; }

  static base::Json write(std::int64_t value) { return value; }

  static base::Json write(std::uint64_t value) { return value; }

  static base::Json write(double value) { return value; }

  static base::Json write(const std::string& value) { return value; }

  static base::Json write(const base::Json& value) { return value; }

  static base::Json write(base::nanoseconds value) { return std::int64_t{value.count()}; }

  static base::Json write(base::WallTime value) { return base::format_time(value); }

  static base::Json write(const std::vector<std::pair<std::string, std::int64_t>>& counts) {
    base::Json result = base::Json::object();
    for (const auto& [name, count] : counts)
      result.set(name, count);
    return result;
  }

  template <class T>
  static base::Json write(const std::vector<T>& values) {
    base::Json result = base::Json::array();
    for (const T& value : values)
      result.push(write(value));
    return result;
  }

  template <class T>
  requires std::is_class_v<T>

  static base::Json write(const T& value) {
    FieldWriter writer;
    describe_fields(writer, value);
    return writer.take();
  }

  base::Json json_ = base::Json::object();
};

// ---- reading
// --------------------------------------------------------------------------------------

// Takes each field from a JSON object, if it is there and of the right kind.
class FieldReader {
 public:
  explicit FieldReader(const base::Json& json) : json_(json) {}

  template <class T>
  void always(std::string_view name, T& value) {
    if (const base::Json* json = json_.find(name)) read(*json, value);
  }

  template <class T>
  void filled(std::string_view name, T& value) {
    always(name, value);
  }

  // Present when `proof` is.
  template <class T>
  void beside(std::string_view proof, std::optional<T>& value) {
    if (json_.find(proof) != nullptr) describe_fields(*this, value.emplace());
  }

 private:
  static void read(const base::Json& json, bool& value) { value = json.boolean(value); }

  static void read(const base::Json& json, int& value) {
    value = static_cast<int>(json.integer(value));
  }

  static void read(const base::Json& json, std::int64_t& value) { value = json.integer(value); }

  static void read(const base::Json& json, std::uint64_t& value) {
    value = json.unsigned_integer(value);
  }

  static void read(const base::Json& json, double& value) { value = json.real(value); }

  static void read(const base::Json& json, std::string& value) { value = json.text(value); }

  static void read(const base::Json& json, std::vector<std::string>& value) {
    value = json.texts();
  }

  static void read(const base::Json& json, base::Json& value) { value = json; }

  static void read(const base::Json& json, base::nanoseconds& value) {
    value = base::nanoseconds(json.integer(value.count()));
  }

  static void read(const base::Json& json, base::WallTime& value) {
    if (auto time = base::parse_time(json.text())) value = *time;
  }

  static void read(const base::Json& json,
                   std::vector<std::pair<std::string, std::int64_t>>& counts) {
    for (const auto& [name, count] : json.fields())
      counts.emplace_back(name, count.integer());
  }

  template <class T>
  static void read(const base::Json& json, std::vector<T>& values) {
    for (const base::Json& item : json.items())
      read(item, values.emplace_back());
  }

  template <class T>
  static void read(const base::Json& json, std::optional<T>& value) {
    if (fits<T>(json)) read(json, value.emplace());
  }

  template <class T>
  requires std::is_class_v<T>

  static void read(const base::Json& json, T& value) {
    FieldReader reader(json);
    describe_fields(reader, value);
  }

  template <class T>
  static bool fits(const base::Json& json) {
    if constexpr (std::is_arithmetic_v<T>) return json.is_number();
    if constexpr (std::is_same_v<T, base::Json>) return !json.is_null();
    if constexpr (std::is_same_v<T, std::string>) return json.is_text();
    if constexpr (std::is_same_v<T, base::WallTime>) return bool(base::parse_time(json.text()));
    return json.is_object();
  }

  const base::Json& json_;
};

}  // namespace contract
