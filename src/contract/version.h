#pragma once

#include "base/result.h"

#include <compare>
#include <string>
#include <string_view>

namespace contract {

// The version a server reports: "2.10.27", "2.12.0-RC.1", "2.15.0-dev".
//
// Ordered as semantic versions are: 2.9.10 < 2.10.27, and a suffix comes before the release itself
// (2.12.0-RC.1 < 2.12.0). What follows a '+' is kept for printing and means nothing for the order.
// Source: semver.org, section 11; nats-server server/const.go VERSION.
struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
  std::string suffix = {};  // "RC.1": without the '-'
  std::string build = {};   // without the '+'

  // Takes "2.10.27", "v2.10.27" and "2.11.1-binary". All three numbers are needed.
  static base::Result<Version> parse(std::string_view text);

  std::string text() const;  // without a leading 'v'

  std::strong_ordering operator<=>(const Version& other) const;

  bool operator==(const Version& other) const { return std::is_eq(*this <=> other); }
};

}  // namespace contract
