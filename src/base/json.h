#pragma once

#include "base/result.h"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The one door to Boost.JSON.
namespace base {

// A JSON value. Objects keep the order in which their fields were added: nats-server's monitoring
// has an order that people know, and steps must print the same each time.
//
//   Json info = Json::object({{"server_id", id}, {"port", 4222}});
//   info.set("headers", true);
//   if (const Json* port = info.find("port")) use(port->integer());
//
// Reading is forgiving: a value of another kind reads as the given default. What must be there is
// asked for with find() and kind().
class Json {
 public:
  enum class Kind { null, boolean, integer, unsigned_integer, real, text, array, object };
  using Array = std::vector<Json>;
  using Field = std::pair<std::string, Json>;
  using Object = std::vector<Field>;

  Json() = default;

  Json(std::nullptr_t) {}

  Json(bool value) : value_(value) {}

  Json(int value) : value_(std::int64_t{value}) {}

  Json(std::int64_t value) : value_(value) {}

  Json(std::uint64_t value) : value_(value) {}

  Json(double value) : value_(value) {}

  Json(const char* value) : value_(std::string(value)) {}

  Json(std::string_view value) : value_(std::string(value)) {}

  Json(std::string value) : value_(std::move(value)) {}

  Json(Array value) : value_(std::move(value)) {}

  explicit Json(Object value) : value_(std::move(value)) {}

  template <class T>

  requires std::convertible_to<T, Json> Json(const std::vector<T>& values)
      : value_(Array(values.begin(), values.end())) {}

  static Json array() { return Json(Array{}); }

  static Json object(std::initializer_list<Field> fields = {});

  // The whole text is one JSON value, or an error that says what is wrong and where.
  static Result<Json> parse(std::string_view text);

  Kind kind() const { return static_cast<Kind>(value_.index()); }

  bool is_null() const { return kind() == Kind::null; }

  bool is_object() const { return kind() == Kind::object; }

  bool is_array() const { return kind() == Kind::array; }

  bool is_text() const { return kind() == Kind::text; }

  bool is_number() const;

  bool boolean(bool otherwise = false) const;
  std::int64_t integer(std::int64_t otherwise = 0) const;
  std::uint64_t unsigned_integer(
      std::uint64_t otherwise = 0) const;  // /jsz holds numbers above 2^63
  double real(double otherwise = 0) const;
  std::string text(std::string_view otherwise = {}) const;
  const Array& items() const;              // empty when this is no array
  const Object& fields() const;            // empty when this is no object
  std::vector<std::string> texts() const;  // the texts of an array

  // A field of an object; nullptr when there is none.
  const Json* find(std::string_view key) const;

  // A field of an object, or null: for chains such as json["cluster"]["urls"].items().
  const Json& operator[](std::string_view key) const;

  // Makes this an object or array when it is null.
  void set(std::string_view key, Json value);  // replaces a field of that name
  void push(Json value);

  std::string dump() const;         // one line, no blanks
  std::string dump_pretty() const;  // as Go's MarshalIndent with two blanks

  bool operator==(const Json&) const = default;

 private:
  std::
      variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>
          value_;
};

}  // namespace base
