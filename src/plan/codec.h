#pragma once

#include "base/json.h"
#include "plan/source.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace plan {

// One kind of value in a plan: how it is read, how it is written, and what an editor may know of
// it.
template <class V>
struct Codec {
  base::Json schema;  // JSON Schema of the value
  std::function<void(V&, const base::Yaml&, Source&)> read;
  std::function<base::Json(const V&, const fs::path& folder)> write;  // null: leave the key out
};

Codec<std::string> text_value();
Codec<std::vector<std::string>> texts_value();
Codec<fs::path> path_value();    // made absolute; written relative where it lies in the folder
Codec<Address> address_value();  // "host:port", {host: …, port: …}, or the port alone
Codec<base::nanoseconds> duration_value();
Codec<int> number_value(int least, int most);
Codec<bool> flag_value();

// A name: of a node, so it may stand in step ids, file names and logs.
Codec<std::string> name_value();

void complain_of_choice(const base::Yaml& yaml,
                        const std::string& text,
                        const std::vector<std::string>& names);

// One word of a few.
template <class E>
Codec<E> choice_value(std::vector<std::pair<std::string, E>> words) {
  std::vector<std::string> names;
  for (const auto& [name, value] : words)
    names.push_back(name);
  return {base::Json::object({{"enum", base::Json(names)}}),
          [words, names](E& value, const base::Yaml& yaml, Source& source) {
            const auto text = source.text(yaml);
            for (const auto& [name, meant] : words) {
              if (name == text) value = meant;
            }
            if (std::find(names.begin(), names.end(), text) == names.end())
              complain_of_choice(yaml, text, names);
          },
          [words](const E& value, const fs::path&) -> base::Json {
            for (const auto& [name, meant] : words) {
              if (meant == value) return name;
            }
            return nullptr;
          }};
}

}  // namespace plan
