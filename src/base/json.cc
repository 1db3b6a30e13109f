#include "base/json.h"

#include <cmath>

#include <boost/json/src.hpp>
#include <fmt/format.h>

namespace base {

namespace {

Json from_boost(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return {};
    case boost::json::kind::bool_:
      return value.get_bool();
    case boost::json::kind::int64:
      return value.get_int64();
    case boost::json::kind::uint64:
      return value.get_uint64();
    case boost::json::kind::double_:
      return value.get_double();
    case boost::json::kind::string:
      return std::string_view(value.get_string());
    case boost::json::kind::array: {
      Json::Array items;
      items.reserve(value.get_array().size());
      for (const auto& item : value.get_array())
        items.push_back(from_boost(item));
      return items;
    }
    case boost::json::kind::object: {
      Json::Object fields;  // Boost has removed twins already
      fields.reserve(value.get_object().size());
      for (const auto& field : value.get_object())
        fields.emplace_back(field.key(), from_boost(field.value()));
      return Json(std::move(fields));
    }
  }
  return {};
}

void write_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// Go prints a float without a fraction as an integer.
std::string number_text(double value) {
  const bool whole = value > -1e15 && value < 1e15 && value == std::floor(value);
  return whole ? fmt::format("{}", static_cast<std::int64_t>(value)) : fmt::format("{}", value);
}

class JsonWriter {
 public:
  JsonWriter(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void write(const Json& json) {
    switch (json.kind()) {
      case Json::Kind::null:
        out_ += "null";
        break;
      case Json::Kind::boolean:
        out_ += json.boolean() ? "true" : "false";
        break;
      case Json::Kind::integer:
        out_ += fmt::format("{}", json.integer());
        break;
      case Json::Kind::unsigned_integer:
        out_ += fmt::format("{}", json.unsigned_integer());
        break;
      case Json::Kind::real:
        out_ += number_text(json.real());
        break;
      case Json::Kind::text:
        write_text(out_, json.text());
        break;
      case Json::Kind::array:
        block('[', ']', json.items(), [&](const Json& item) { write(item); });
        break;
      case Json::Kind::object:
        block('{', '}', json.fields(), [&](const Json::Field& field) {
          write_text(out_, field.first);
          out_ += pretty_ ? ": " : ":";
          write(field.second);
        });
        break;
    }
  }

 private:
  template <class Items, class WriteItem>
  void block(char open, char close, const Items& items, WriteItem write_item) {
    out_ += open;
    ++depth_;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      line();
      write_item(item);
    }
    --depth_;
    if (!first) line();
    out_ += close;
  }

  void line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
  }

  std::string& out_;
  bool pretty_;
  std::size_t depth_ = 0;
};

}  // namespace

Json Json::object(std::initializer_list<Field> fields) {
  Json result;
  result.value_ = Object(fields);
  return result;
}

Result<Json> Json::parse(std::string_view text) {
  boost::json::error_code failure;
  boost::json::parser parser;
  const auto read = parser.write({text.data(), text.size()}, failure);
  if (failure)
    return Error(ErrorCode::invalid,
                 fmt::format("not JSON at byte {}: {}", read, failure.message()));
  return from_boost(parser.release());
}

bool Json::is_number() const {
  return kind() == Kind::integer || kind() == Kind::unsigned_integer || kind() == Kind::real;
}

bool Json::boolean(bool otherwise) const {
  const auto* value = std::get_if<bool>(&value_);
  return value != nullptr ? *value : otherwise;
}

std::int64_t Json::integer(std::int64_t otherwise) const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  if (const auto* value = std::get_if<std::uint64_t>(&value_))
    return static_cast<std::int64_t>(*value);
  if (const auto* value = std::get_if<double>(&value_)) return static_cast<std::int64_t>(*value);
  return otherwise;
}

std::uint64_t Json::unsigned_integer(std::uint64_t otherwise) const {
  return is_number() ? static_cast<std::uint64_t>(integer()) : otherwise;
}

double Json::real(double otherwise) const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  return is_number() ? static_cast<double>(integer()) : otherwise;
}

std::string Json::text(std::string_view otherwise) const {
  const auto* value = std::get_if<std::string>(&value_);
  return value != nullptr ? *value : std::string(otherwise);
}

const Json::Array& Json::items() const {
  static const Array kNone;
  const auto* value = std::get_if<Array>(&value_);
  return value != nullptr ? *value : kNone;
}

const Json::Object& Json::fields() const {
  static const Object kNone;
  const auto* value = std::get_if<Object>(&value_);
  return value != nullptr ? *value : kNone;
}

std::vector<std::string> Json::texts() const {
  std::vector<std::string> result;
  for (const auto& item : items())
    result.push_back(item.text());
  return result;
}

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : fields()) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view key) const {
  static const Json kNull;
  const auto* value = find(key);
  return value != nullptr ? *value : kNull;
}

void Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  auto& fields = std::get<Object>(value_);
  for (auto& [name, old] : fields) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  fields.emplace_back(std::string(key), std::move(value));
}

void Json::push(Json value) {
  if (is_null()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
}

std::string Json::dump() const {
  std::string out;
  JsonWriter(out, false).write(*this);
  return out;
}

std::string Json::dump_pretty() const {
  std::string out;
  JsonWriter(out, true).write(*this);
  return out;
}

}  // namespace base
