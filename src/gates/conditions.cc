#include "gates/conditions.h"

#include "gates/judging.h"

namespace gates {

const std::vector<Condition>& conditions() {
  static const auto table = [] {
    std::vector<Condition> rows;
    for (auto&& theme : {identity_conditions(),
                         mesh_conditions(),
                         route_conditions(),
                         link_conditions(),
                         client_conditions(),
                         room_conditions(),
                         temp_node_conditions(),
                         user_conditions(),
                         settled_conditions(),
                         refusal_conditions(),
                         jetstream_meta_conditions(),
                         jetstream_group_conditions(),
                         jetstream_data_conditions(),
                         jetstream_stop_conditions()}) {
      rows.insert(rows.end(), theme.begin(), theme.end());
    }
    return rows;
  }();
  return table;
}

const Condition* find_condition(const std::string& name) {
  for (const auto& row : conditions()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::vector<Reading> judge(const std::vector<std::string>& names, const Scene& scene) {
  std::vector<Reading> readings;
  for (const auto& name : names) {
    const auto* condition = find_condition(name);
    if (!condition) {
      readings.push_back({name, "", Verdict::unknown, "there is no such condition", ""});
      continue;
    }
    for (auto& reading : condition->judge(scene))
      readings.push_back(std::move(reading));
  }
  return readings;
}

bool all_green(const std::vector<Reading>& readings) {
  return std::all_of(readings.begin(), readings.end(), [](const Reading& reading) {
    return reading.verdict == Verdict::green;
  });
}

}  // namespace gates
