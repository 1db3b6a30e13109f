#pragma once

#include "base/units.h"
#include "broker/server/conf_report.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

// The keys of a block whose value is plain and goes into a member of its settings as it is:
//
//   const PlainFields<GatewaySettings> kPlain = {{"host", &GatewaySettings::host},
//                                                {"net", &GatewaySettings::host}, ...};
//
// Threads: any, once made.
namespace broker {

template <class Settings>
class PlainFields {
 public:
  using Place = std::variant<std::string Settings::*,
                             int Settings::*,
                             bool Settings::*,
                             base::nanoseconds Settings::*,
                             std::optional<base::nanoseconds> Settings::*>;

  struct Row {
    std::string_view key;  // in lower case
    Place place;
  };

  PlainFields(std::initializer_list<Row> rows) : rows_(rows) {}

  // False: no such key. A value of the wrong kind is reported and changes nothing; nor does a time
  // of 0, which asks for what holds anyway.
  bool read(std::string_view key,
            const contract::ConfField& field,
            Settings& settings,
            ConfReport& report) const {
    for (const Row& row : rows_) {
      if (row.key != key) continue;
      std::visit([&](auto place) { take(field, settings.*place, report); }, row.place);
      return true;
    }
    return false;
  }

 private:
  static void take(const contract::ConfField& field, std::string& place, ConfReport& report) {
    if (const auto value = report.text(field)) place = *value;
  }

  static void take(const contract::ConfField& field, int& place, ConfReport& report) {
    if (const auto value = report.small_integer(field)) place = *value;
  }

  static void take(const contract::ConfField& field, bool& place, ConfReport& report) {
    if (const auto value = report.boolean(field)) place = *value;
  }

  template <class Time>
  static void take(const contract::ConfField& field, Time& place, ConfReport& report) {
    if (const auto value = report.duration(field); value && value->count() > 0) place = *value;
  }

  std::vector<Row> rows_;
};

}  // namespace broker
