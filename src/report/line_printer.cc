#include "report/line_printer.h"

#include <fmt/format.h>

namespace report {

std::string LinePrinter::erase() const {
  if (shown_.empty()) return {};
  return fmt::format("\x1b[{}A\r\x1b[J",
                     shown_.size());  // up to the block's first line, and clear from there
}

void LinePrinter::print(const std::string& line) {
  auto text = erase() + line + "\n";
  for (const auto& shown : shown_)
    text += shown + "\n";
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

void LinePrinter::show(const std::vector<std::string>& block) {
  if (!terminal_.smart) return;
  auto text = erase();
  shown_.clear();
  for (const auto& line : block) {
    shown_.push_back(
        clip(line, terminal_.width - 1));  // a full line would wrap, and be two to erase
    text += shown_.back() + "\n";
  }
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

void LinePrinter::clear() {
  const auto text = erase();
  shown_.clear();
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

}  // namespace report
