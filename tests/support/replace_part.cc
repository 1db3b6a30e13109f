#include "tests/support/replace_part.h"

#include "base/files.h"

#include <stdexcept>

namespace support {

void replace_part(const std::filesystem::path& file,
                  const std::string& name,
                  const std::string& text) {
  const auto read = base::read_file(file);
  if (!read) throw std::runtime_error(read.error().what);
  auto whole = *read;
  const std::string begin = "<!-- " + name + " -->\n";
  const auto from = whole.find(begin);
  const auto to = whole.find("<!-- end of " + name + " -->");
  if (from == std::string::npos || to == std::string::npos)
    throw std::runtime_error(file.string() + " has no place for " + name);
  whole.replace(from + begin.size(), to - from - begin.size(), text);
  const auto written = base::write_file(file, whole);
  if (!written) throw std::runtime_error(written.error().what);
}

}  // namespace support
