#include "broker/protocol/plain_message.h"

#include "broker/protocol/scan.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace broker {

namespace {

struct PlainRow {
  std::string_view verb;  // with its blank
  Verb means;
  std::size_t fixed;  // words that must be there; one more is the reply
  bool account;
  bool headers;
  bool queues;  // may be named on the line
};

constexpr PlainRow kPub{"PUB ", Verb::pub, 2, false, false, false};
constexpr PlainRow kHpub{"HPUB ", Verb::hpub, 3, false, true, false};
constexpr PlainRow kRmsg{"RMSG ", Verb::rmsg, 3, true, false, true};
constexpr PlainRow kHmsg{"HMSG ", Verb::hmsg, 4, true, true, true};
constexpr PlainRow kLmsg{"LMSG ", Verb::lmsg, 2, false, false, true};
constexpr PlainRow kLeafHmsg{"HMSG ", Verb::hmsg, 3, false, true, true};

// The end of the word that begins at `at`: the first blank or control character, or `end`. Eight
// bytes a step: x - '!' borrows in each byte that is below '!', and ~x leaves those that were below
// 0x80; the lowest such bit is exact.
const char* end_of_word(const char* at, const char* end) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  if constexpr (std::endian::native == std::endian::little) {
    for (std::uint64_t word = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof word);
         at += sizeof word) {
      std::memcpy(&word, at, sizeof word);
      const std::uint64_t below = (word - kEach * '!') & ~word & (kEach * 0x80);
      if (below != 0) return at + std::countr_zero(below) / 8;
    }
  }
  while (at != end && static_cast<unsigned char>(*at) > ' ')
    ++at;
  return at;
}

struct Words {
  std::array<std::string_view, 5> at;
  std::size_t count = 0;
  std::size_t line_bytes = 0;  // 0: not a plain line
};

// At most `most` words parted by single blanks, up to CRLF.
Words read_words(std::string_view input, std::size_t from, std::size_t most) {
  Words words;
  const char* const end = input.data() + input.size();
  const char* at = input.data() + from;
  while (words.count < most) {
    const char* const begin = at;
    at = end_of_word(begin, end);
    if (at == begin || at == end) return words;
    words.at[words.count++] = {begin, at};
    if (*at != ' ') break;
    ++at;
  }
  if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
    words.line_bytes = static_cast<std::size_t>(at + 2 - input.data());
  return words;
}

bool is_queue_mark(std::string_view word) {
  return word == "+" || word == "|";
}

// A template, so that what a verb does not have costs nothing.
template <const PlainRow& row>
std::size_t read_as(std::string_view input, Operation& op, std::size_t& body_bytes) {
  if (!input.starts_with(row.verb)) return 0;
  const Words words = read_words(input, row.verb.size(), row.fixed + 1);
  if (words.line_bytes == 0 || words.count < row.fixed) return 0;
  constexpr std::size_t kSubject = row.account ? 1 : 0;
  if (row.queues && is_queue_mark(words.at[kSubject + 1])) return 0;
  const auto size = read_number(words.at[words.count - 1]);
  if (!size) return 0;
  op.header_bytes = 0;
  if (row.headers) {
    const auto header = read_number(words.at[words.count - 2]);
    if (!header || *header > *size) return 0;
    op.header_bytes = static_cast<std::size_t>(*header);
  }
  op.verb = row.means;
  if (row.account) op.account = words.at[0];
  if (row.queues) {
    op.origin = {};
    op.queues = {};
  }
  op.subject = words.at[kSubject];
  op.reply = words.count > row.fixed ? words.at[kSubject + 1] : std::string_view{};
  body_bytes = static_cast<std::size_t>(*size);
  return words.line_bytes;
}

}  // namespace

std::size_t read_plain_message(Dialect dialect,
                               std::string_view input,
                               Operation& op,
                               std::size_t& body_bytes) {
  const bool headers = input.front() == 'H';
  if (dialect == Dialect::client) {
    return headers ? read_as<kHpub>(input, op, body_bytes) : read_as<kPub>(input, op, body_bytes);
  }
  if (dialect == Dialect::leaf) {
    return headers ? read_as<kLeafHmsg>(input, op, body_bytes)
                   : read_as<kLmsg>(input, op, body_bytes);
  }
  return headers ? read_as<kHmsg>(input, op, body_bytes) : read_as<kRmsg>(input, op, body_bytes);
}

}  // namespace broker
