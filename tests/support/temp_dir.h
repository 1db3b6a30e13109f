#pragma once

#include <filesystem>
#include <string>

namespace support {

// A folder gone with the test; kept, and named on stderr, when the test has failed by then.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  // Writes a file below the folder, making folders as needed.
  std::filesystem::path file(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

// Whether an assertion of the running test case has failed so far.
bool test_has_failed();

}  // namespace support
