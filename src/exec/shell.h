#pragma once

#include <string>
#include <vector>

// Words for a POSIX shell. Pure.
namespace exec {

// One word, whatever is in it: it's -> 'it'\''s'. Plain ones stay as they are.
std::string shell_word(const std::string& text);

// "cat", "a b" -> cat 'a b'
std::string shell_line(const std::vector<std::string>& words);

}  // namespace exec
