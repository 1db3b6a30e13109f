#pragma once

#include "base/result.h"

#include <cstddef>
#include <string_view>
#include <vector>

// One block of S2, which is Snappy's format and a little more: copies that repeat the last
// distance. Pure. Source: github.com/klauspost/compress/s2 (README), google/snappy
// format_description.txt
namespace broker {

inline constexpr std::size_t kMostBlockBytes = 64 * 1024;  // what we make blocks of

// Appends the block that `bytes` become; any reader of Snappy understands it, too. At most
// kMostBlockBytes of them.
void compress_block(std::string_view bytes, std::vector<char>& out);

// What a block holds, in `out`, whose size before does not matter; at most `most` bytes. Error: it
// is no block, or a larger one.
base::Result<void> decompress_block(std::string_view block,
                                    std::size_t most,
                                    std::vector<char>& out);

}  // namespace broker
