#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>

// A tar archive of one file, as engines take and give files of a container. Pure.
// Source: POSIX.1-2017 pax, "ustar Interchange Format".
namespace exec {

struct TarFile {
  std::string name;  // without folders
  std::string text;
  unsigned mode = 0644;
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  std::string link = {};  // it is a symbolic link, to this path
};

std::string write_tar(const TarFile& file);

// The first file in it, or the link that stands for it. ErrorCode::protocol when there is none: a
// folder, no archive.
base::Result<TarFile> read_tar(const std::string& archive);

}  // namespace exec
