#include "watch/probe_verdict.h"

#include "base/text.h"

#include <fmt/core.h>

namespace watch {

namespace {

std::string in_words(base::nanoseconds duration) {
  return base::format_duration(std::chrono::duration_cast<base::milliseconds>(duration));
}

}  // namespace

std::optional<std::string> objection(const ProbeResult& result,
                                     const plan::Probe& wanted,
                                     bool final) {
  const auto& careful = result.careful;
  if (careful.lost > wanted.max_lost) {
    return fmt::format("messages were lost: {} of {} that were confirmed did not arrive",
                       careful.lost,
                       result.confirmed);
  }
  if (final && result.confirmed == 0) {
    return fmt::format("the traffic proves nothing: of {} messages none was confirmed",
                       result.sent);
  }
  if (final && careful.lost + result.unconfirmed() > wanted.max_lost) {
    return fmt::format("not proven to have arrived: {} of {} messages were never confirmed",
                       result.unconfirmed(),
                       result.sent);
  }
  if (careful.longest_gap > wanted.max_gap) {
    return fmt::format(
        "careful subscriber {} heard nothing for {}, from {} after the first message on; the plan "
        "allows {}",
        careful.gap_subscriber,
        in_words(careful.longest_gap),
        in_words(careful.gap_began),
        in_words(wanted.max_gap));
  }
  return std::nullopt;
}

}  // namespace watch
