#include "contract/conf_value.h"

#include "base/text.h"

#include <algorithm>

namespace contract {

std::string ConfPlace::text() const {
  return (file ? *file : std::string()) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

ConfValue ConfValue::text(std::string value) {
  ConfValue out;
  out.text_ = std::move(value);
  return out;
}

ConfValue ConfValue::integer(std::int64_t value) {
  ConfValue out;
  out.kind_ = Kind::integer;
  out.integer_ = value;
  return out;
}

ConfValue ConfValue::real(double value) {
  ConfValue out;
  out.kind_ = Kind::real;
  out.real_ = value;
  return out;
}

ConfValue ConfValue::boolean(bool value) {
  ConfValue out;
  out.kind_ = Kind::boolean;
  out.integer_ = value ? 1 : 0;
  return out;
}

ConfValue ConfValue::time(std::string zulu) {
  ConfValue out;
  out.kind_ = Kind::time;
  out.text_ = std::move(zulu);
  return out;
}

ConfValue ConfValue::list() {
  return list(std::vector<ConfValue>());
}

ConfValue ConfValue::list(std::vector<ConfValue> items) {
  ConfValue out;
  out.kind_ = Kind::list;
  out.items_ = std::move(items);
  return out;
}

ConfValue ConfValue::map() {
  ConfValue out;
  out.kind_ = Kind::map;
  return out;
}

const ConfValue* ConfValue::find(std::string_view key) const {
  for (const ConfField& field : fields_) {
    if (base::equals_ignoring_case(field.key, key)) return &field.value;
  }
  return nullptr;
}

ConfValue* ConfValue::find(std::string_view key) {
  return const_cast<ConfValue*>(std::as_const(*this).find(key));
}

ConfField& ConfValue::set(std::string_view key, ConfValue value) {
  for (ConfField& field : fields_) {
    if (field.key == key) {
      field.value = std::move(value);
      return field;
    }
  }
  return fields_.emplace_back(ConfField{std::string(key), std::move(value)});
}

bool ConfValue::remove(std::string_view key) {
  return std::erase_if(fields_, [&](const ConfField& field) {
           return base::equals_ignoring_case(field.key, key);
         }) > 0;
}

bool ConfValue::operator==(const ConfValue& other) const {
  if (kind_ != other.kind_ || integer_ != other.integer_ || real_ != other.real_ ||
      text_ != other.text_ || items_ != other.items_ || fields_.size() != other.fields_.size()) {
    return false;
  }
  for (const ConfField& field : fields_) {
    const auto twin = std::find_if(other.fields_.begin(),
                                   other.fields_.end(),
                                   [&](auto& candidate) { return candidate.key == field.key; });
    if (twin == other.fields_.end() || !(twin->value == field.value)) return false;
  }
  return true;
}

}  // namespace contract
