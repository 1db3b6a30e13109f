#include "broker/monitor/query.h"

#include "base/text.h"

#include <charconv>

namespace broker {

namespace {

base::Error bad(std::string_view kind,
                std::string_view name,
                std::string_view reader,
                std::string_view text) {
  return {base::ErrorCode::invalid,
          "Error decoding " + std::string(kind) + " for '" + std::string(name) + "': strconv." +
              std::string(reader) + ": parsing \"" + std::string(text) + "\": invalid syntax"};
}

template <class Number>
bool read(const std::string& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string Query::text(const std::string& name) const {
  const auto known = values_.find(name);
  return known == values_.end() ? std::string{} : known->second;
}

base::Result<bool> Query::flag(const std::string& name) const {
  const std::string value = text(name);
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (value == yes) return true;
  }
  for (const std::string_view no : {"", "0", "f", "F", "FALSE", "false", "False"}) {
    if (value == no) return false;
  }
  return bad("boolean", name, "ParseBool", value);
}

base::Result<std::int64_t> Query::integer(const std::string& name, std::int64_t otherwise) const {
  const std::string value = text(name);
  std::int64_t number = otherwise;
  if (!value.empty() && !read(value, number)) return bad("int", name, "Atoi", value);
  return number;
}

base::Result<std::uint64_t> Query::unsigned_integer(const std::string& name) const {
  const std::string value = text(name);
  std::uint64_t number = 0;
  if (!value.empty() && !read(value, number)) return bad("uint64", name, "ParseUint", value);
  return number;
}

base::Result<Page> Page::of(const Query& query) {
  Page page;
  page.offset = std::max<std::int64_t>(0, TRY(query.integer("offset", 0)));
  page.limit = TRY(query.integer("limit", page.limit));
  if (page.limit <= 0) page.limit = 1024;
  return page;
}

}  // namespace broker
