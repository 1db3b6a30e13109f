#include "rules/rule.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace rules {

namespace {

std::tuple<int, int, int> numbers(const contract::Version& version) {
  return {version.major, version.minor, version.patch};
}

// "2.14" -> 2.14.0
base::Result<contract::Version> release(std::string_view text) {
  std::string whole(text);
  for (auto dots = std::count(whole.begin(), whole.end(), '.'); dots < 2; ++dots)
    whole += ".0";
  return contract::Version::parse(whole);
}

}  // namespace

base::Result<Range> Range::parse(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Is>, 5> kSigns = {{{">=", Is::at_least},
                                                                             {"<=", Is::at_most},
                                                                             {">", Is::more},
                                                                             {"<", Is::less},
                                                                             {"=", Is::equal}}};
  Range range;
  range.sides_.emplace_back();
  for (const auto& piece : base::split(text, ' ')) {
    if (piece.empty()) continue;
    if (piece == "or") {
      range.sides_.emplace_back();
      continue;
    }
    const auto sign = std::find_if(kSigns.begin(), kSigns.end(), [&](const auto& candidate) {
      return piece.starts_with(candidate.first);
    });
    if (sign == kSigns.end()) {
      return base::Error(base::ErrorCode::invalid,
                         "'" + piece + "' is not a part of a range such as '>=2.10 <2.14.7'");
    }
    range.sides_.back().push_back({sign->second, TRY(release(piece.substr(sign->first.size())))});
  }
  return range;
}

bool Range::contains(const contract::Version& version) const {
  const auto holds = [&](const Part& part) {
    const auto order = numbers(version) <=> numbers(part.version);
    switch (part.is) {
      case Is::less:
        return order < 0;
      case Is::at_most:
        return order <= 0;
      case Is::equal:
        return order == 0;
      case Is::at_least:
        return order >= 0;
      case Is::more:
        return order > 0;
    }
    return false;
  };
  return sides_.empty() || std::any_of(sides_.begin(), sides_.end(), [&](const auto& side) {
           return std::all_of(side.begin(), side.end(), holds);
         });
}

const Rule* Rules::find(std::string_view id) const {
  for (const auto& rule : rules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

Milestone Rules::of(const contract::Version& version) const {
  Milestone last;
  for (const auto& milestone : milestones) {
    if (numbers(milestone.since) <= numbers(version)) last = milestone;
  }
  return last;
}

}  // namespace rules
