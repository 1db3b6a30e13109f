#pragma once

#include <filesystem>
#include <memory>

namespace rehearsal {

// A disk with little room, mounted at a folder: a tmpfs that only this process and what it starts
// can see, in a mount namespace of their own. It is gone with this.
class SmallDisk {
 public:
  // Nothing where this process may not mount.
  static std::unique_ptr<SmallDisk> at(const std::filesystem::path& folder, std::size_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void fill() const;  // until nothing fits any more but what is left of pages in use
  void make_room() const;

 private:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
};

}  // namespace rehearsal
