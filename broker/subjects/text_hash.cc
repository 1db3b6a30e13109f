#include "broker/subjects/text_hash.h"

#include <random>

namespace broker {

const std::uint64_t TextHash::kSeed =
    (std::uint64_t{std::random_device()()} << 32) | std::random_device()();

}  // namespace broker
