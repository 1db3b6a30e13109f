#include "report/table.h"

#include <algorithm>

namespace report {

namespace {

constexpr std::size_t kGap = 2;

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    line += cells[column];
    if (column + 1 < cells.size()) line.append(widths[column] - columns(cells[column]) + kGap, ' ');
  }
  return line;
}

}  // namespace

std::vector<std::string> lines_of(const Table& table, const Terminal& terminal) {
  std::vector<std::size_t> widths;
  for (const auto& head : table.heads)
    widths.push_back(columns(head));
  for (const auto& row : table.rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], columns(row[column]));
    }
  }
  std::vector<std::string> lines = {terminal.paint(Colour::dim, line_of(table.heads, widths))};
  for (const auto& row : table.rows)
    lines.push_back(line_of(row, widths));
  for (auto& line : lines)
    line = clip(line, terminal.width);
  return lines;
}

}  // namespace report
