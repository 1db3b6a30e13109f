#include "broker/cluster/compression.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace broker {

namespace {

constexpr std::string_view kUncompressed = "s2_uncompressed";
constexpr std::string_view kFast = "s2_fast";
constexpr std::string_view kBetter = "s2_better";
constexpr std::string_view kBest = "s2_best";

constexpr std::size_t kMostThresholds = 4;

const std::vector<base::nanoseconds>& usual_thresholds() {
  using std::chrono::milliseconds;
  static const std::vector<base::nanoseconds> kUsual = {
      milliseconds(10), milliseconds(50), milliseconds(100)};
  return kUsual;
}

base::Error refused(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

// "[10ms 50ms]", as Go prints them.
std::string shown(const std::vector<base::nanoseconds>& thresholds) {
  std::vector<std::string> texts;
  for (const base::nanoseconds threshold : thresholds)
    texts.push_back(base::format_go_duration(threshold));
  return "[" + base::join(texts, " ") + "]";
}

base::Result<std::vector<base::nanoseconds>> good_thresholds(const RouteCompression& given) {
  std::vector<base::nanoseconds> good;
  for (const base::nanoseconds each : given.thresholds) {
    const base::nanoseconds threshold = std::max(each, base::nanoseconds(0));
    const bool too_small = threshold.count() > 0 &&
                           std::any_of(good.begin(), good.end(), [&](base::nanoseconds before) {
                             return threshold < before;
                           });
    if (too_small) {
      return refused("RTT threshold values " + shown(given.thresholds) +
                     " should be in ascending order");
    }
    good.push_back(threshold);
  }
  while (!good.empty() && good.back().count() == 0)
    good.pop_back();
  if (good.size() > kMostThresholds) {
    return refused("compression mode \"" + given.mode +
                   "\" should have no more than 4 RTT thresholds: " + shown(given.thresholds));
  }
  if (good.empty()) {
    return refused("compression mode \"" + given.mode + "\" requires at least one RTT threshold");
  }
  return good;
}

}  // namespace

base::Result<RouteCompression> normalized(const RouteCompression& given) {
  static const std::map<std::string, std::string_view, std::less<>> kNames = {
      {"on", kFast},
      {"enabled", kFast},
      {"true", kFast},
      {"not supported", kNotSupported},
      {"not_supported", kNotSupported},
      {"disabled", kCompressionOff},
      {"off", kCompressionOff},
      {"false", kCompressionOff},
      {"accept", kAcceptCompression},
      {"auto", kS2Auto},
      {"s2_auto", kS2Auto},
      {"fast", kFast},
      {"s2_fast", kFast},
      {"better", kBetter},
      {"s2_better", kBetter},
      {"best", kBest},
      {"s2_best", kBest}};
  const auto name = kNames.find(base::lower(given.mode));
  if (name == kNames.end()) return refused("unsupported compression mode \"" + given.mode + "\"");
  RouteCompression meant{.mode = std::string(name->second)};
  if (meant.mode != kS2Auto) return meant;
  meant.thresholds = given.thresholds.empty() ? usual_thresholds() : TRY(good_thresholds(given));
  return meant;
}

bool is_wanted(std::string_view mode) {
  return !mode.empty() && mode != kCompressionOff && mode != kNotSupported;
}

base::Result<std::string> choose_mode(std::string_view own, std::string_view theirs) {
  constexpr std::array kKnown = {kS2Auto, kUncompressed, kFast, kBetter, kBest};
  if (theirs.empty() || theirs == kNotSupported) return std::string(kNotSupported);
  if (theirs == kCompressionOff) return std::string(kCompressionOff);
  if (theirs == kAcceptCompression) {
    return std::string(own == kAcceptCompression ? kCompressionOff : own);
  }
  if (std::find(kKnown.begin(), kKnown.end(), theirs) == kKnown.end()) {
    return refused("unsupported route compression mode \"" + std::string(theirs) + "\"");
  }
  if (own != kAcceptCompression) return std::string(own);
  return std::string(theirs == kS2Auto ? kFast : theirs);
}

std::string mode_for(base::nanoseconds round_trip, const RouteCompression& compression) {
  constexpr std::array kModes = {kUncompressed, kFast, kBetter, kBest};
  const auto& thresholds = compression.thresholds;
  std::size_t at = 0;
  while (at < thresholds.size() && round_trip > thresholds[at])
    ++at;
  // Beyond all of them: the best one, or where not every level has one, the last that has.
  if (at == thresholds.size()) at = thresholds.size() >= 3 ? 3 : thresholds.size() - 1;
  return std::string(kModes[std::min(at, kModes.size() - 1)]);
}

S2Level level_of(std::string_view mode) {
  return mode == kUncompressed ? S2Level::uncompressed : S2Level::compressed;
}

}  // namespace broker
