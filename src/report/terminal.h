#pragma once

#include <string>
#include <string_view>
#include <vector>

// What can be shown where our words go: a terminal that overprints, or a file, a pipe, a CI log.
namespace report {

enum class Colour { plain, green, red, yellow, blue, dim, bold };
enum class UseColour { automatic, always, never };

struct Terminal {
  bool smart = false;  // lines can be overprinted
  bool colour = false;
  int width = 80;

  // Of standard output. NO_COLOR and TERM=dumb are respected (https://no-color.org); automatic
  // means colour on a terminal only.
  static Terminal of_stdout(UseColour use);

  std::string paint(Colour wanted, std::string_view text) const;
};

// How many columns a text takes: colour sequences take none, a UTF-8 sequence takes one.
std::size_t columns(std::string_view text);

// Cut to the width, with "…" at the end when something is lost; colours are closed.
std::string clip(std::string_view text, int width);

}  // namespace report
