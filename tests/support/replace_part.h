#pragma once

#include <filesystem>
#include <string>

namespace support {

// Puts `text` between the lines "<!-- name -->" and "<!-- end of name -->" of a document that keeps
// what was measured. Throws when there is no such place.
void replace_part(const std::filesystem::path& file,
                  const std::string& name,
                  const std::string& text);

}  // namespace support
