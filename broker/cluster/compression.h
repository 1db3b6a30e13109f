#pragma once

#include "base/result.h"
#include "base/units.h"
#include "broker/s2/stream.h"

#include <string>
#include <string_view>
#include <vector>

// What two servers compress between them. The words are those of INFO and of /routez. Pure.
// Source: nats-server server/server.go (validateAndNormalizeCompressionOption,
// selectCompressionMode, selectS2AutoModeBasedOnRTT)
namespace broker {

inline constexpr std::string_view kNotSupported = "not supported";  // as 2.9, which knows of none
inline constexpr std::string_view kCompressionOff = "off";
inline constexpr std::string_view kAcceptCompression = "accept";  // as the peer likes it
inline constexpr std::string_view kS2Auto = "s2_auto";            // by the round trip

struct RouteCompression {
  std::string mode = std::string(kAcceptCompression);
  std::vector<base::nanoseconds> thresholds = {};  // of s2_auto: up to here uncompressed, fast, ...

  bool operator==(const RouteCompression&) const = default;
};

// The block as it is meant: "on" is s2_fast, "fast" too. Error: in nats-server's words.
base::Result<RouteCompression> normalized(const RouteCompression& given);

// Whether a mode asks for compression, or takes it when asked.
bool is_wanted(std::string_view mode);

// What one side does when the other says `theirs` in its INFO.
base::Result<std::string> choose_mode(std::string_view own, std::string_view theirs);

// What s2_auto becomes.
std::string mode_for(base::nanoseconds round_trip, const RouteCompression& compression);

// Of fast, better and best we do the same.
S2Level level_of(std::string_view mode);

}  // namespace broker
