#include "contract/conf_writer.h"

#include <fmt/format.h>

namespace contract {
namespace {

// In double quotes, with the escapes that nats.conf knows: \n \t \r \" \\ \xHH.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

bool plain_key(const std::string& key) {
  return !key.empty() && key != "include" &&
         key.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
             std::string::npos;
}

// A quoted key knows no escapes, so the quotes must be those that the key does not hold. One that
// holds both was read without.
std::string written_key(const std::string& key) {
  if (plain_key(key)) return key;
  for (const char quote : {'"', '\''}) {
    if (key.find(quote) == std::string::npos) return quote + key + quote;
  }
  return key;
}

// Always with a digit on both sides of the point: "1e+06" would read as text.
std::string written_real(double value) {
  std::string text = fmt::format("{:f}", value);
  while (text.ends_with('0') && !text.ends_with(".0"))
    text.pop_back();
  return text;
}

void write(const ConfValue& value, const std::string& indent, std::string& out);

void write_fields(const ConfValue& map, const std::string& indent, std::string& out) {
  for (const ConfField& field : map.fields()) {
    out += indent + written_key(field.key);
    out += field.value.is(ConfValue::Kind::map) ? " " : ": ";
    write(field.value, indent, out);
    out += "\n";
  }
}

void write_list(const ConfValue& list, const std::string& indent, std::string& out) {
  if (list.items().empty()) {
    out += "[]";
    return;
  }
  out += "[\n";
  for (const ConfValue& item : list.items()) {
    out += indent + "  ";
    write(item, indent + "  ", out);
    out += ",\n";
  }
  out += indent + "]";
}

void write(const ConfValue& value, const std::string& indent, std::string& out) {
  switch (value.kind()) {
    case ConfValue::Kind::text:
      out += quoted(value.as_text());
      return;
    case ConfValue::Kind::integer:
      out += std::to_string(value.as_integer());
      return;
    case ConfValue::Kind::real:
      out += written_real(value.as_real());
      return;
    case ConfValue::Kind::boolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case ConfValue::Kind::time:
      out += value.as_text();
      return;
    case ConfValue::Kind::list:
      write_list(value, indent, out);
      return;
    case ConfValue::Kind::map:
      out += "{\n";
      write_fields(value, indent + "  ", out);
      out += indent + "}";
  }
}

}  // namespace

std::string write_conf(const ConfValue& map) {
  std::string out;
  write_fields(map, "", out);
  return out;
}

}  // namespace contract
