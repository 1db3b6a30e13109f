#pragma once

#include "report/terminal.h"

#include <string>
#include <vector>

namespace report {

// Rows of text in columns as wide as they need to be; the last column is clipped at the width.
struct Table {
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
};

// Pure. A line each, the heads first.
std::vector<std::string> lines_of(const Table& table, const Terminal& terminal);

}  // namespace report
