#include "broker/subjects/token_functions.h"

#include <algorithm>
#include <random>

namespace broker {

namespace {

std::uint32_t fnv1a(std::string_view text, std::uint32_t hash) {
  constexpr std::uint32_t kPrime = 16777619;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

}  // namespace

std::string hash_partition(const std::vector<std::string_view>& tokens,
                           std::string_view separator,
                           std::int64_t buckets) {
  constexpr std::uint32_t kBasis = 2166136261;
  if (buckets == 0) return "0";
  std::uint32_t hash = kBasis;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) hash = fnv1a(separator, hash);
    hash = fnv1a(tokens[i], hash);
  }
  return std::to_string(hash % static_cast<std::uint32_t>(buckets));
}

std::string random_below(std::int64_t ceiling) {
  if (ceiling == 0) return "0";
  thread_local std::mt19937 random{std::random_device()()};
  return std::to_string(
      std::uniform_int_distribution<std::int64_t>(0, std::abs(ceiling) - 1)(random));
}

void append_slices(std::string& to, std::string_view token, std::size_t size, bool from_right) {
  std::size_t length = from_right && token.size() % size != 0 ? token.size() % size : size;
  for (bool first = true; !token.empty(); first = false) {
    if (!first) to += '.';
    to += token.substr(0, length);
    token.remove_prefix(std::min(length, token.size()));
    length = size;
  }
}

void append_split(std::string& to, std::string_view token, const std::string& separator) {
  if (separator.empty()) {
    to += token;
    return;
  }
  for (bool first = true; true;) {
    const auto end = token.find(separator);
    const std::string_view piece = token.substr(0, end);
    if (!piece.empty()) {
      if (!first) to += '.';
      first = false;
      to += piece;
    }
    if (end == std::string_view::npos) return;
    token.remove_prefix(end + separator.size());
  }
}

}  // namespace broker
