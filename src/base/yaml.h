#pragma once

#include "base/problem.h"
#include "base/result.h"
#include "base/units.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The one door to yaml-cpp: YAML files read with every mistake named by file, line and column.
namespace base {

struct YamlNode;  // yaml-cpp's, known to yaml.cc only

// Where something stands in a file, both from 1; 0 when it stands nowhere.
struct Place {
  int line = 0;
  int column = 0;

  bool operator==(const Place&) const = default;
};

// One place in a YAML document: a value, and where it stands. Cheap to copy; keeps its document
// alive.
//
// Questions about kind answer plainly. Conversions add a Problem and return a default when the
// value is of another shape, so that a reader goes on and finds the next mistake too.
class Yaml {
 public:
  enum class Kind { missing, null, scalar, list, map };

  // Reads a document. Unreadable text adds a Problem and gives a missing Yaml.
  static Yaml read(const std::string& file, const std::string& text, Problems& problems);

  Yaml() = default;

  Kind kind() const;

  explicit operator bool() const { return kind() != Kind::missing; }

  // "nodes[1].client": how a person finds it.
  const std::string& path() const { return path_; }

  // Where its key stands; its own place when it has none.
  Place place() const;

  // Says that this value is wrong.
  void complain(const std::string& what, const std::string& hint = "") const;

  std::string text() const;  // a scalar's text
  std::int64_t number() const;
  std::int64_t number_between(std::int64_t least, std::int64_t most) const;
  double fraction() const;
  bool flag() const;  // true or false, nothing else
  nanoseconds duration() const;
  std::vector<std::string> texts() const;  // a list of scalars; one scalar is a list of one

  std::vector<Yaml> items() const;  // of a list
  std::vector<std::pair<std::string, Yaml>> fields()
      const;  // of a map, in the file's order; twins complained of

 private:
  friend class YamlMap;
  std::shared_ptr<const YamlNode> node_;
  std::string path_;
};

// Reads the keys of one map. What was not asked for by the end is a mistake, and so is a key twice:
//
//   YamlMap map(yaml);
//   node.name = map.required("name").text();
//   if (auto client = map.optional("client")) node.client = read_address(client);
//   map.finish();  // complains of every unknown key, with the nearest known one as a hint
class YamlMap {
 public:
  explicit YamlMap(const Yaml& yaml);

  Yaml required(const std::string& key);  // complains when missing
  Yaml optional(const std::string& key);  // a missing Yaml is false
  void finish();

 private:
  Yaml yaml_;
  std::vector<std::pair<std::string, Yaml>> fields_;
  std::vector<std::string> known_;
};

}  // namespace base
