#include "contract/version.h"

#include "base/text.h"

namespace contract {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Numbers are less than words; numbers compare as numbers, words as bytes.
std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  if (all_digits(a) != all_digits(b)) {
    return all_digits(a) ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (all_digits(a) && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering compare_suffixes(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();  // none: the release itself
  const auto left = base::split(a, '.');
  const auto right = base::split(b, '.');
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const auto order = compare_identifiers(left[i], right[i]);
    if (order != 0) return order;
  }
  return left.size() <=> right.size();
}

std::string cut_tail(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {};
  std::string tail(text.substr(at + 1));
  text = text.substr(0, at);
  return tail;
}

}  // namespace

base::Result<Version> Version::parse(std::string_view text) {
  base::Error wrong(base::ErrorCode::invalid,
                    "'" + std::string(text) + "' is not a version such as 2.10.27");
  std::string_view rest = text;
  if (rest.starts_with('v')) rest.remove_prefix(1);

  Version version;
  version.build = cut_tail(rest, '+');
  const bool has_suffix = rest.find('-') != std::string_view::npos;
  version.suffix = cut_tail(rest, '-');
  if (has_suffix && version.suffix.empty()) return wrong;

  const auto numbers = base::split(rest, '.');
  if (numbers.size() != 3) return wrong;
  int* const parts[] = {&version.major, &version.minor, &version.patch};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!all_digits(numbers[i]) || numbers[i].size() > 9) return wrong;
    *parts[i] = static_cast<int>(*base::parse_int(numbers[i]));
  }
  return version;
}

std::string Version::text() const {
  std::string text =
      std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  if (!suffix.empty()) text += "-" + suffix;
  if (!build.empty()) text += "+" + build;
  return text;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = major <=> other.major; order != 0) return order;
  if (const auto order = minor <=> other.minor; order != 0) return order;
  if (const auto order = patch <=> other.patch; order != 0) return order;
  return compare_suffixes(suffix, other.suffix);
}

}  // namespace contract
