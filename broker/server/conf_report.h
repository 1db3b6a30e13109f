#pragma once

#include "base/units.h"
#include "contract/conf_value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What a reader of configuration found wrong, and how it takes values apart.
namespace broker {

// Each a line with its place: "nats.conf:3:1: unknown field "foo"".
struct ConfReport {
  std::vector<std::string> errors = {};    // the file is refused
  std::vector<std::string> warnings = {};  // refused by -t only, as nats-server does
  std::vector<std::string> notices = {};   // fine, but without effect in this broker

  void error(const contract::ConfValue& at, const std::string& what);
  void warn(const contract::ConfValue& at, const std::string& what);
  void no_effect(const contract::ConfField& field, const std::string& why = "");

  // "unknown field "foo"", unless the field is there to be used as a variable.
  void unknown(const contract::ConfField& field);

  // The values of fields. A wrong kind is an error in nats-server's words, and no value.
  std::optional<std::string> text(const contract::ConfField& field);
  std::optional<std::int64_t> integer(const contract::ConfField& field);
  std::optional<int> small_integer(const contract::ConfField& field);  // held to the range of int
  std::optional<bool> boolean(const contract::ConfField& field);

  // A text such as "2m30s".
  std::optional<base::nanoseconds> duration_text(const contract::ConfField& field);

  // A text, or whole seconds, which is deprecated and warned of.
  std::optional<base::nanoseconds> duration(const contract::ConfField& field);

  // A list or a single text.
  std::optional<std::vector<std::string>> texts(const contract::ConfField& field);

  // The fields of a map; none, with an error, when it is something else.
  const std::vector<contract::ConfField>& map(const contract::ConfField& field);

 private:
  void wrong_kind(const contract::ConfValue& value, const std::string& wanted);
};

// As Go names it in messages: "string", "int64", "map[string]interface {}".
std::string go_type(const contract::ConfValue& value);

// As Go prints it in messages.
std::string go_text(const contract::ConfValue& value);

}  // namespace broker
