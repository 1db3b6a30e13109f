#include "base/yaml_writer.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace base {

namespace {

// What YAML reads as something else than a text when it stands without quotes.
bool needs_quotes(const std::string& text) {
  constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@` ";
  if (text.empty() || text.back() == ' ' || text.back() == ':') return true;
  if (text.front() != '-' && kIndicators.find(text.front()) != std::string_view::npos) return true;
  if (text == "-" || text.starts_with("- ") || text.starts_with("---")) return true;
  if (text.find_first_of(",[]{}\"\\\n\r\t") != std::string::npos) return true;
  if (text.find(": ") != std::string::npos || text.find(" #") != std::string::npos) return true;
  if (parse_float(text) || parse_int(text) || text.starts_with("0x")) return true;
  for (const char* word : {"true", "false", "yes", "no", "on", "off", "null", "~"}) {
    if (equals_ignoring_case(text, word)) return true;
  }
  return false;
}

std::string scalar(const Json& value) {
  if (!value.is_text()) return value.dump();
  const auto text = value.text();
  return needs_quotes(text) ? value.dump() : text;
}

bool is_plain(const Json& value) {
  return !value.is_object() && !value.is_array();
}

class YamlWriter {
 public:
  explicit YamlWriter(const std::map<std::string, std::string>& comments) : comments_(comments) {}

  std::string take() { return std::move(text_); }

  void map(const Json& value, const std::string& path, std::size_t indent) {
    bool first_in_item = in_item_;
    in_item_ = false;
    for (const auto& [key, field] : value.fields()) {
      const auto inner = path.empty() ? key : path + "." + key;
      if (!first_in_item) {
        comment(inner, indent);
        text_.append(indent, ' ');
      }
      first_in_item = false;
      text_ += scalar(key) + ":";
      after_key(field, inner, indent);
    }
  }

 private:
  void comment(const std::string& path, std::size_t indent) {
    const auto at = comments_.find(path);
    if (at == comments_.end()) return;
    for (const auto& line : split(at->second, '\n')) {
      text_ += fmt::format("{}# {}\n", std::string(indent, ' '), line);
    }
  }

  void after_key(const Json& field, const std::string& path, std::size_t indent) {
    if (is_plain(field)) {
      text_ += " " + scalar(field) + "\n";
    } else if (field.is_object()) {
      if (field.fields().empty()) {
        text_ += " {}\n";
        return;
      }
      text_ += "\n";
      map(field, path, indent + 2);
    } else {
      list(field, path, indent + 2);
    }
  }

  void list(const Json& value, const std::string& path, std::size_t indent) {
    const auto& items = value.items();
    if (std::all_of(items.begin(), items.end(), is_plain)) {
      std::vector<std::string> texts;
      for (const auto& item : items)
        texts.push_back(scalar(item));
      text_ += " [" + join(texts, ", ") + "]\n";
      return;
    }
    text_ += "\n";
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto inner = fmt::format("{}[{}]", path, i);
      comment(inner, indent);
      text_ += std::string(indent, ' ') + "- ";
      if (items[i].is_object() && !items[i].fields().empty()) {
        in_item_ = true;
        map(items[i], inner, indent + 2);
      } else {
        text_ += (is_plain(items[i]) ? scalar(items[i]) : items[i].dump()) + "\n";
      }
    }
  }

  const std::map<std::string, std::string>& comments_;
  std::string text_;
  bool in_item_ = false;  // the next key stands behind "- ": it needs no indentation
};

}  // namespace

std::string to_yaml(const Json& value, const std::map<std::string, std::string>& comments) {
  if (!value.is_object()) return scalar(value) + "\n";
  YamlWriter writer(comments);
  writer.map(value, "", 0);
  return writer.take();
}

}  // namespace base
