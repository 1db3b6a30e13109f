#pragma once

#include "broker/subjects/subject_set.h"
#include "contract/server_info.h"

#include <optional>
#include <string_view>

namespace broker {

// Which subjects may cross a route in one direction. Nothing said means everything; deny wins.
// Source: nats-server server/route.go (setRoutePermissions, canImport, canExport)
class RoutePermission {
 public:
  RoutePermission() = default;

  explicit RoutePermission(const std::optional<contract::SubjectPermissions>& rules)
      : allow_(rules ? rules->allow : std::vector<std::string>{}),
        deny_(rules ? rules->deny : std::vector<std::string>{}) {}

  bool allows(std::string_view filter) const {
    return (allow_.empty() || allow_.cover(filter)) && !deny_.cover(filter);
  }

 private:
  SubjectSet allow_;
  SubjectSet deny_;
};

}  // namespace broker
