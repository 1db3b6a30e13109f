#include "report/terminal.h"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace report {

namespace {

constexpr std::string_view kReset = "\x1b[0m";

std::string_view sequence(Colour colour) {
  switch (colour) {
    case Colour::plain:
      return "";
    case Colour::green:
      return "\x1b[32m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::blue:
      return "\x1b[36m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::bold:
      return "\x1b[1m";
  }
  return "";
}

bool is_set(const char* name) {
  const char* value =
      std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read before other threads
  return value != nullptr && *value != '\0';
}

bool is_dumb() {
  const char* term =
      std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): read before other threads
  return term == nullptr || std::string_view(term) == "dumb";
}

// The length of the colour sequence that begins here, or 0.
std::size_t sequence_at(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\x1b[") return 0;
  const auto end = text.find('m', at);
  return end == std::string_view::npos ? 0 : end - at + 1;
}

bool continues_a_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

Terminal Terminal::of_stdout(UseColour use) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  Terminal result;
  result.smart = terminal && !is_dumb();
  result.colour = use == UseColour::always ||
                  (use == UseColour::automatic && result.smart && !is_set("NO_COLOR"));
  winsize size{};
  if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    result.width = size.ws_col;
  return result;
}

std::string Terminal::paint(Colour wanted, std::string_view text) const {
  const auto begin = sequence(wanted);
  if (!colour || begin.empty()) return std::string(text);
  return std::string(begin) + std::string(text) + std::string(kReset);
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (const auto skip = sequence_at(text, at); skip > 0) {
      at += skip;
      continue;
    }
    if (!continues_a_character(text[at])) ++count;
    ++at;
  }
  return count;
}

std::string clip(std::string_view text, int width) {
  const auto room = static_cast<std::size_t>(width > 0 ? width : 0);
  if (columns(text) <= room) return std::string(text);
  std::string result;
  std::size_t used = 0;
  bool coloured = false;
  for (std::size_t at = 0; at < text.size();) {
    if (const auto skip = sequence_at(text, at); skip > 0) {
      coloured = true;
      result += text.substr(at, skip);
      at += skip;
      continue;
    }
    if (!continues_a_character(text[at]) && ++used >= room) break;
    result += text[at++];
  }
  if (room > 0) result += "…";
  if (coloured) result += kReset;
  return result;
}

}  // namespace report
