#include "plan/plan_writer.h"

#include "base/yaml_writer.h"
#include "plan/plan_shape.h"

namespace plan {

std::string write_plan(const Plan& plan, const std::map<std::string, std::string>& comments) {
  return base::to_yaml(write_map(plan_shape(), plan, plan.file.parent_path()), comments);
}

}  // namespace plan
