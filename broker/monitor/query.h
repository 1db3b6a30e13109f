#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

// What stands behind the '?'. A parameter that is missing or empty has its default; one that cannot
// be read is an error in the words of nats-server, which are Go's.
class Query {
 public:
  explicit Query(std::map<std::string, std::string> values) : values_(std::move(values)) {}

  std::string text(const std::string& name) const;
  base::Result<bool> flag(const std::string& name) const;
  base::Result<std::int64_t> integer(const std::string& name, std::int64_t otherwise) const;
  base::Result<std::uint64_t> unsigned_integer(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

// The part [offset, offset + limit) of so many; a limit of 0 or below is 1024.
struct Page {
  std::int64_t offset = 0;
  std::int64_t limit = 1024;

  static base::Result<Page> of(const Query& query);

  template <class T>
  std::vector<T> cut(const std::vector<T>& all) const {
    const auto size = static_cast<std::int64_t>(all.size());
    const auto begin = std::min(offset, size);
    const auto end = std::min(limit, size - begin) + begin;
    return {all.begin() + begin, all.begin() + end};
  }
};

}  // namespace broker
