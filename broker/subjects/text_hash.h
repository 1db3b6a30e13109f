#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace broker {

// For tables of subjects and other short texts that strangers choose. Eight bytes a step, where
// std::hash is a call and twice as slow for a subject; seeded anew in each process, so that nobody
// can prepare subjects that all fall together.
//
// Not noexcept on purpose: the library's tables then keep each hash beside its text, and compare
// texts only when the hashes agree.
struct TextHash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const {
    std::uint64_t hash = kSeed ^ text.size();
    while (text.size() > sizeof hash) {
      hash = mixed(hash ^ read(text, sizeof hash));
      text.remove_prefix(sizeof hash);
    }
    return mixed(hash ^ read(text, text.size()));
  }

 private:
  static const std::uint64_t kSeed;

  static std::uint64_t read(std::string_view text, std::size_t bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), bytes);
    return word;
  }

  // Both halves of the product: every bit of the input reaches every bit of the hash.
  static std::uint64_t mixed(std::uint64_t word) {
    __extension__ using Wide = unsigned __int128;
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // the golden ratio
    const Wide product = static_cast<Wide>(word ^ (word >> 32)) * kOdd;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
};

}  // namespace broker
