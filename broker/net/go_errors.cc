#include "broker/net/go_errors.h"

#include <cctype>

namespace broker {

std::string go_text(const boost::system::error_code& error) {
  std::string text = error.message();
  // "No such file", but not "I/O error": only where a small letter follows.
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

}  // namespace broker
