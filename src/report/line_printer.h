#pragma once

#include "report/terminal.h"

#include <cstdio>
#include <string>
#include <vector>

namespace report {

// Lines that stay, and below them a block that is drawn over again and again. Where nothing can be
// overprinted the block is not shown at all.
//
// Threads: one at a time.
class LinePrinter {
 public:
  LinePrinter(std::FILE* out, const Terminal& terminal) : out_(out), terminal_(terminal) {}

  void print(const std::string& line);               // stays
  void show(const std::vector<std::string>& block);  // until the next show(), print() or clear()
  void clear();

  const Terminal& terminal() const { return terminal_; }

  void set_width(int width) { terminal_.width = width; }

 private:
  std::string erase() const;

  std::FILE* out_;
  Terminal terminal_;
  std::vector<std::string> shown_;
};

}  // namespace report
