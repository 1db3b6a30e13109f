#include "contract/json_reader.h"

#include "base/text.h"

namespace contract {

using base::Json;

JsonReader::JsonReader(const Json& json) : json_(json) {
  if (!json.is_object()) wrong_ = "not a JSON object";
}

JsonReader& JsonReader::get(std::string_view key, std::string& out) {
  if (const Json* field = find(key)) {
    field->is_text() ? void(out = field->text()) : complain(key);
  }
  return *this;
}

JsonReader& JsonReader::get(std::string_view key, bool& out) {
  if (const Json* field = find(key)) {
    field->kind() == Json::Kind::boolean ? void(out = field->boolean()) : complain(key);
  }
  return *this;
}

JsonReader& JsonReader::get(std::string_view key, std::vector<std::string>& out) {
  const Json* field = find(key);
  if (field == nullptr) return *this;
  if (!field->is_array()) return complain(key), *this;
  out.clear();
  for (const Json& item : field->items()) {
    if (!item.is_text()) return complain(key), *this;
    out.push_back(item.text());
  }
  return *this;
}

JsonReader& JsonReader::get(std::string_view key,
                            std::vector<std::pair<std::string, std::int64_t>>& out) {
  const Json* field = find(key);
  if (field == nullptr) return *this;
  if (!field->is_object()) return complain(key), *this;
  JsonReader inner(*field);
  for (const auto& [name, value] : field->fields()) {
    out.emplace_back(name, 0);
    inner.get(name, out.back().second);
  }
  if (!inner.wrong_.empty()) complain(key);
  return *this;
}

base::Result<void> JsonReader::done() const {
  if (wrong_.empty()) return {};
  return base::Error(base::ErrorCode::protocol, wrong_);
}

const Json* JsonReader::find(std::string_view key) const {
  const Json* field = json_.find(key);
  if (field == nullptr) {
    for (const auto& [name, value] : json_.fields()) {
      if (base::equals_ignoring_case(name, key)) field = &value;
    }
  }
  return field != nullptr && field->is_null() ? nullptr : field;
}

void JsonReader::complain(std::string_view key) {
  if (wrong_.empty()) wrong_ = "field '" + std::string(key) + "' has a value of the wrong kind";
}

}  // namespace contract
