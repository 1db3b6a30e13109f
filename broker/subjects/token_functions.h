#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What functions of a mapping make of a token. Pure, but for chance.
// Source: nats-server server/subject_transform.go
namespace broker {

// "0" to one less than `buckets`, always the same for the same tokens: FNV-1a, as nats-server
// computes it, of the tokens with `separator` between them.
std::string hash_partition(const std::vector<std::string_view>& tokens,
                           std::string_view separator,
                           std::int64_t buckets);

std::string random_below(std::int64_t ceiling);

// In pieces of `size`, parted by dots; a shorter one is the last, or the first from the right.
void append_slices(std::string& to, std::string_view token, std::size_t size, bool from_right);

// Parted by dots at each separator; empty pieces are left out.
void append_split(std::string& to, std::string_view token, const std::string& separator);

}  // namespace broker
