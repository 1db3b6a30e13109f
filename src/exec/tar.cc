#include "exec/tar.h"

#include <cstdlib>
#include <numeric>
#include <string_view>

#include <fmt/core.h>

namespace exec {

namespace {

constexpr std::size_t kBlock = 512;

// Where a header has what.
struct Field {
  std::size_t at;
  std::size_t size;
};

constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kOwner{108, 8};
constexpr Field kGroup{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kSum{148, 8};
constexpr Field kType{156, 1};
constexpr Field kLink{157, 100};
constexpr Field kMagic{257, 8};
constexpr char kIsLink = '2';

void put(std::string& header, const Field& field, std::string_view text) {
  header.replace(field.at, std::min(text.size(), field.size), text.substr(0, field.size));
}

void put_number(std::string& header, const Field& field, std::uint64_t number) {
  put(header, field, fmt::format("{:0{}o}", number, field.size - 1));
}

std::string text_in(std::string_view block, const Field& field) {
  const auto text = block.substr(field.at, field.size);
  return std::string(text.substr(0, text.find('\0')));
}

// Numbers too large for octal digits are not met: an engine gives files of some KiB.
std::uint64_t number_in(std::string_view block, const Field& field) {
  return std::strtoull(text_in(block, field).c_str(), nullptr, 8);
}

std::size_t padded(std::size_t size) {
  return (size + kBlock - 1) / kBlock * kBlock;
}

}  // namespace

std::string write_tar(const TarFile& file) {
  std::string header(kBlock, '\0');
  put(header, kName, file.name);
  put_number(header, kMode, file.mode);
  put_number(header, kOwner, file.owner);
  put_number(header, kGroup, file.group);
  put_number(header, kSize, file.text.size());
  put_number(header, kTime, 0);
  put(header, kType, "0");
  put(header,
      kMagic,
      {"ustar\0"
       "00",
       8});
  put(header, kSum, "        ");
  const auto sum = std::accumulate(header.begin(), header.end(), 0U, [](unsigned all, char c) {
    return all + static_cast<unsigned char>(c);
  });
  put(header, kSum, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  auto archive = header + file.text;
  archive.resize(padded(archive.size()) + 2 * kBlock);
  return archive;
}

base::Result<TarFile> read_tar(const std::string& archive) {
  for (std::size_t at = 0; at + kBlock <= archive.size();) {
    const auto header = std::string_view(archive).substr(at, kBlock);
    const auto size = static_cast<std::size_t>(number_in(header, kSize));
    const char type = header[kType.at];
    at += kBlock;
    if (size > archive.size() - at) break;
    const bool is_extension = type == 'x' || type == 'g' || type == 'L';  // of what comes next
    if (!is_extension && type != '0' && type != '\0' && type != kIsLink) break;
    if (!is_extension && header.front() == '\0') break;  // the end
    if (!is_extension) {
      return TarFile{.name = text_in(header, kName),
                     .text = archive.substr(at, size),
                     .mode = static_cast<unsigned>(number_in(header, kMode)),
                     .owner = static_cast<std::uint32_t>(number_in(header, kOwner)),
                     .group = static_cast<std::uint32_t>(number_in(header, kGroup)),
                     .link = type == kIsLink ? text_in(header, kLink) : std::string()};
    }
    at += padded(size);
  }
  return base::Error(base::ErrorCode::protocol, "no file");
}

}  // namespace exec
