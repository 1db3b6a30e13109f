#include "broker/subjects/subject_set.h"

#include "broker/subjects/subject.h"

#include <algorithm>

namespace broker {

bool SubjectSet::match(std::string_view subject) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const std::string& filter) {
    return matches(filter, subject);
  });
}

bool SubjectSet::cover(std::string_view filter) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const std::string& outer) {
    return covers(outer, filter);
  });
}

bool SubjectSet::overlap(std::string_view filter) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const std::string& other) {
    return overlaps(other, filter);
  });
}

}  // namespace broker
