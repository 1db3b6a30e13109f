#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A nats-server configuration file as a tree: maps of fields, lists and plain values. Fields keep
// the order of the file; a key given twice keeps its last value, as nats-server does.
//
// Values are plain: copy them, change them, write them back with conf_writer.h.
namespace contract {

// Where something stands, for messages such as "nats.conf:12:5: ...". Lines and columns count from
// 1 (columns in bytes).
struct ConfPlace {
  std::shared_ptr<const std::string> file = {};
  int line = 0;
  int column = 0;

  std::string text() const;  // "nats.conf:12:5"
};

struct ConfField;

class ConfValue {
 public:
  enum class Kind { text, integer, real, boolean, time, list, map };

  static ConfValue text(std::string value);
  static ConfValue integer(std::int64_t value);
  static ConfValue real(double value);
  static ConfValue boolean(bool value);
  static ConfValue time(std::string zulu);  // "2006-01-02T15:04:05Z"
  static ConfValue list();
  static ConfValue list(std::vector<ConfValue> items);
  static ConfValue map();

  ConfValue() = default;

  Kind kind() const { return kind_; }

  bool is(Kind kind) const { return kind_ == kind; }

  // Each of these means something for its own kind only.
  const std::string& as_text() const { return text_; }  // also of a time

  std::int64_t as_integer() const { return integer_; }

  double as_real() const { return real_; }

  bool as_boolean() const { return integer_ != 0; }

  const std::vector<ConfValue>& items() const { return items_; }

  std::vector<ConfValue>& items() { return items_; }

  const std::vector<ConfField>& fields() const { return fields_; }

  std::vector<ConfField>& fields() { return fields_; }

  // The value of a map's key, without regard to case; nullptr when there is none.
  const ConfValue* find(std::string_view key) const;
  ConfValue* find(std::string_view key);

  // Replaces a key (written exactly so) or adds it at the end.
  ConfField& set(std::string_view key, ConfValue value);

  // Without regard to case; false when there was none.
  bool remove(std::string_view key);

  // What messages about this value point at: its key when it stands in a map, otherwise itself.
  const ConfPlace& place() const { return place_; }

  void set_place(ConfPlace place) { place_ = std::move(place); }

  // Compares what the file says, not where it says it.
  bool operator==(const ConfValue& other) const;

 private:
  Kind kind_ = Kind::text;
  std::int64_t integer_ = 0;
  double real_ = 0;
  std::string text_;
  std::vector<ConfValue> items_;
  std::vector<ConfField> fields_;
  ConfPlace place_;
};

struct ConfField {
  std::string key;
  ConfValue value;
  bool used_as_variable = false;  // then an unknown key is no mistake
};

}  // namespace contract
