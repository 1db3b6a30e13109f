#include "base/yaml.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace base {

// What every Yaml of one document shares, and the place it stands for.
struct YamlNode {
  std::string file;
  Problems* problems;
  YAML::Node node;
  YAML::Mark mark;  // of the key where there is one: that is where a person looks
};

namespace {

std::string kind_name(Yaml::Kind kind) {
  switch (kind) {
    case Yaml::Kind::missing:
    case Yaml::Kind::null:
      return "nothing";
    case Yaml::Kind::scalar:
      return "a single value";
    case Yaml::Kind::list:
      return "a list";
    case Yaml::Kind::map:
      return "a map";
  }
  return "something else";
}

}  // namespace

Yaml Yaml::read(const std::string& file, const std::string& text, Problems& problems) {
  Yaml yaml;
  try {
    auto node = YAML::Load(text);
    if (!node.IsDefined() || node.IsNull()) {
      problems.push_back({file, 1, 1, "the file is empty"});
      return yaml;
    }
    yaml.node_ = std::make_shared<YamlNode>(YamlNode{file, &problems, node, node.Mark()});
  } catch (const YAML::Exception& failure) {
    problems.push_back(
        {file,
         failure.mark.line + 1,
         failure.mark.column + 1,
         "this is not readable YAML: " + failure.msg,
         "check the indentation and the quotes near this place; inside {…} and […] a text "
         "with braces or commas needs quotes"});
  }
  return yaml;
}

Yaml::Kind Yaml::kind() const {
  if (!node_) return Kind::missing;
  switch (node_->node.Type()) {
    case YAML::NodeType::Null:
      return Kind::null;
    case YAML::NodeType::Scalar:
      return Kind::scalar;
    case YAML::NodeType::Sequence:
      return Kind::list;
    case YAML::NodeType::Map:
      return Kind::map;
    case YAML::NodeType::Undefined:
      return Kind::missing;
  }
  return Kind::missing;
}

Place Yaml::place() const {
  if (!node_) return {};
  return {node_->mark.line + 1, node_->mark.column + 1};
}

void Yaml::complain(const std::string& what, const std::string& hint) const {
  if (!node_) return;
  const auto where = path_.empty() ? "" : path_ + ": ";
  node_->problems->push_back(
      {node_->file, node_->mark.line + 1, node_->mark.column + 1, where + what, hint});
}

std::string Yaml::text() const {
  if (!node_) return "";
  if (kind() != Kind::scalar) {
    complain(fmt::format("a text is wanted here, this is {}", kind_name(kind())));
    return "";
  }
  return node_->node.Scalar();
}

std::int64_t Yaml::number() const {
  if (!node_) return 0;
  const auto value = parse_int(text());
  if (!value) complain(value.error().what);
  return value ? *value : 0;
}

std::int64_t Yaml::number_between(std::int64_t least, std::int64_t most) const {
  if (!node_) return least;
  const auto value = parse_int(text());
  if (!value) {
    complain(value.error().what);
    return least;
  }
  if (*value < least || *value > most) {
    complain(fmt::format("{} is not between {} and {}", *value, least, most));
    return least;
  }
  return *value;
}

double Yaml::fraction() const {
  if (!node_) return 0;
  const auto value = parse_float(text());
  if (!value) complain(value.error().what);
  return value ? *value : 0;
}

bool Yaml::flag() const {
  if (!node_) return false;
  const auto word = lower(text());
  if (word != "true" && word != "false")
    complain(fmt::format("'{}' is neither true nor false", word));
  return word == "true";
}

nanoseconds Yaml::duration() const {
  if (!node_) return {};
  const auto value = parse_duration(text());
  if (!value) complain(value.error().what);
  if (value && *value < nanoseconds(0)) complain("a duration cannot be negative");
  return value ? *value : nanoseconds(0);
}

std::vector<std::string> Yaml::texts() const {
  if (kind() == Kind::scalar) return {text()};
  std::vector<std::string> result;
  for (const auto& item : items())
    result.push_back(item.text());
  return result;
}

std::vector<Yaml> Yaml::items() const {
  std::vector<Yaml> result;
  if (!node_) return result;
  if (kind() != Kind::list) {
    complain(fmt::format("a list is wanted here, this is {}", kind_name(kind())));
    return result;
  }
  for (std::size_t i = 0; i < node_->node.size(); ++i) {
    Yaml item;
    const YAML::Node child = node_->node[i];
    item.node_ =
        std::make_shared<YamlNode>(YamlNode{node_->file, node_->problems, child, child.Mark()});
    item.path_ = fmt::format("{}[{}]", path_, i);
    result.push_back(std::move(item));
  }
  return result;
}

std::vector<std::pair<std::string, Yaml>> Yaml::fields() const {
  std::vector<std::pair<std::string, Yaml>> result;
  if (!node_) return result;
  if (kind() != Kind::map) {
    complain(fmt::format("a map of keys is wanted here, this is {}", kind_name(kind())));
    return result;
  }
  for (const auto& entry : node_->node) {
    Yaml field;
    const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string("?");
    field.node_ = std::make_shared<YamlNode>(
        YamlNode{node_->file, node_->problems, entry.second, entry.first.Mark()});
    field.path_ = path_.empty() ? key : path_ + "." + key;
    // yaml-cpp keeps the first of two equal keys and is silent about it: a plan must not hide one.
    const auto twin =
        std::find_if(result.begin(), result.end(), [&](const auto& f) { return f.first == key; });
    if (twin != result.end()) {
      field.complain(
          fmt::format("the key '{}' stands twice", key),
          fmt::format("the first is in line {}; keep one", twin->second.node_->mark.line + 1));
    } else {
      result.emplace_back(key, std::move(field));
    }
  }
  return result;
}

YamlMap::YamlMap(const Yaml& yaml) : yaml_(yaml), fields_(yaml.fields()) {}

Yaml YamlMap::required(const std::string& key) {
  auto field = optional(key);
  if (!field && yaml_.kind() == Yaml::Kind::map)
    yaml_.complain(fmt::format("the key '{}' is missing", key));
  return field;
}

Yaml YamlMap::optional(const std::string& key) {
  known_.push_back(key);
  for (const auto& [name, field] : fields_) {
    if (name == key) return field;
  }
  return {};
}

void YamlMap::finish() {
  for (const auto& [name, field] : fields_) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto meant = nearest(name, known_);
    Yaml at = field;
    at.path_ = yaml_.path_;
    at.complain(fmt::format("unknown key '{}'", name),
                meant.empty() ? "known here: " + join(known_, ", ")
                              : fmt::format("did you mean '{}'?", meant));
  }
}

}  // namespace base
