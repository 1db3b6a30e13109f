#include "tests/fuzz/fuzz.h"

#include "base/files.h"
#include "tests/support/environment.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>

#include <doctest/doctest.h>

namespace fuzz {

namespace {

constexpr std::size_t kLongest = 4096;

class Mutator {
 public:
  Mutator(const Target& target, unsigned seed) : target_(target), random_(seed) {}

  std::string next() {
    auto text = one_of(target_.corpus);
    for (auto left = below(6) + 1; left > 0; --left)
      damage(text);
    if (text.size() > kLongest) text.resize(kLongest);
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  const std::string& one_of(const std::vector<std::string>& list) {
    return list[below(list.size())];
  }

  void damage(std::string& text) {
    const auto at = below(text.size() + 1);
    const auto length = std::min(below(16) + 1, text.size() - at);
    switch (below(8)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(at, length));
        break;
      case 2:
        text.insert(at, one_of(target_.words));
        break;
      case 3:
        text.replace(at, length, one_of(target_.words));
        break;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 5:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 6:
        text = text.substr(0, at) + one_of(target_.corpus);
        break;
      default:
        text.resize(at);
        break;
    }
  }

  const Target& target_;
  std::mt19937 random_;
};

void try_for(std::chrono::milliseconds time, const Target& target, const Hold& hold) {
  const std::filesystem::path findings = PROJECT_ROOT "/tests/fuzz/findings/" + target.name;
  if (std::filesystem::exists(findings)) {
    for (const auto& finding : std::filesystem::directory_iterator(findings)) {
      CAPTURE(finding.path().string());
      hold(*base::read_file(finding.path()));
    }
  }
  for (const auto& good : target.corpus)
    hold(good);
  const auto seed = support::number_from("FUZZ_SEED", std::random_device{}());
  std::fprintf(stderr, "%s: FUZZ_SEED=%u\n", target.name.c_str(), seed);
  const auto end = std::chrono::steady_clock::now() + time;
  Mutator mutator(target, seed);
  std::size_t tried = 0;
  for (; std::chrono::steady_clock::now() < end; ++tried)
    hold(mutator.next());
  CHECK(tried > 0);
  MESSAGE(target.name << ": " << tried << " inputs");
}

std::chrono::milliseconds whole_time() {
  return std::chrono::seconds(support::number_from("FUZZ_SECONDS", 2));
}

}  // namespace

void try_in_depth(const Target& target, const Hold& hold) {
  try_for(whole_time(), target, hold);
}

void try_many(const Target& target, const Hold& hold) {
  try_for(whole_time() / 6, target, hold);
}

}  // namespace fuzz
