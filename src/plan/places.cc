#include "plan/places.h"

namespace plan {

base::Problem Places::problem(const std::string& path,
                              const std::string& what,
                              std::string hint) const {
  auto around = path;
  while (!around.empty() && !at_.contains(around)) {
    const auto end = around.find_last_of(".[");
    around.resize(end == std::string::npos ? 0 : end);
  }
  const auto at = at_.find(around);
  const auto place = at == at_.end() ? base::Place{1, 1} : at->second;
  return {
      file_, place.line, place.column, path.empty() ? what : path + ": " + what, std::move(hint)};
}

}  // namespace plan
