#pragma once

#include <cstdlib>
#include <string>

namespace support {

// What an environment variable says, so that who runs a test can choose; without it, `otherwise`.
inline unsigned number_from(const char* variable, unsigned otherwise) {
  const char* given = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  return given ? static_cast<unsigned>(std::stoul(given)) : otherwise;
}

}  // namespace support
