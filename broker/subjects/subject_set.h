#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace broker {

// A few filters, as permissions list them.
class SubjectSet {
 public:
  SubjectSet() = default;

  explicit SubjectSet(std::vector<std::string> filters) : filters_(std::move(filters)) {}

  void add(std::string filter) { filters_.push_back(std::move(filter)); }

  bool empty() const { return filters_.empty(); }

  bool match(std::string_view subject) const;   // some filter matches this literal subject
  bool cover(std::string_view filter) const;    // one filter covers all of `filter`
  bool overlap(std::string_view filter) const;  // some filter meets `filter`

  const std::vector<std::string>& filters() const { return filters_; }

  bool operator==(const SubjectSet&) const = default;

 private:
  std::vector<std::string> filters_;
};

}  // namespace broker
