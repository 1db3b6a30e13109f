#include "broker/protocol/verbs.h"

#include "broker/protocol/scan.h"

#include <algorithm>
#include <array>
#include <span>

namespace broker {

namespace {

// Whether arguments must follow, after a blank. Where they need not, anything may follow and is
// ignored: "PINGx" is a PING. Source: nats-server server/parser.go
enum class Follows { arguments, anything };

struct VerbRow {
  std::string_view name;
  Verb verb;
  Follows follows;
};

constexpr std::array kBoth = {
    VerbRow{"PING", Verb::ping, Follows::anything},
    VerbRow{"PONG", Verb::pong, Follows::anything},
    VerbRow{"INFO", Verb::info, Follows::arguments},
    VerbRow{"CONNECT", Verb::connect, Follows::arguments},
    VerbRow{"+OK", Verb::ok, Follows::anything},
    VerbRow{"-ERR", Verb::err, Follows::arguments},
};

constexpr std::array kClient = {
    VerbRow{"PUB", Verb::pub, Follows::arguments},
    VerbRow{"HPUB", Verb::hpub, Follows::arguments},
    VerbRow{"SUB", Verb::sub, Follows::arguments},
    VerbRow{"UNSUB", Verb::unsub, Follows::arguments},
};

constexpr std::array kRoute = {
    VerbRow{"RMSG", Verb::rmsg, Follows::arguments},
    VerbRow{"HMSG", Verb::hmsg, Follows::arguments},
    VerbRow{"RS+", Verb::rs_plus, Follows::arguments},
    VerbRow{"RS-", Verb::rs_minus, Follows::arguments},
    VerbRow{"LMSG", Verb::lmsg, Follows::arguments},
    VerbRow{"LS+", Verb::ls_plus, Follows::arguments},
    VerbRow{"LS-", Verb::ls_minus, Follows::arguments},
    VerbRow{"A+", Verb::a_plus, Follows::arguments},
    VerbRow{"A-", Verb::a_minus, Follows::arguments},
};

constexpr std::array kLeaf = {
    VerbRow{"LMSG", Verb::lmsg, Follows::arguments},
    VerbRow{"HMSG", Verb::hmsg, Follows::arguments},
    VerbRow{"LS+", Verb::ls_plus, Follows::arguments},
    VerbRow{"LS-", Verb::ls_minus, Follows::arguments},
};

std::span<const VerbRow> rows_of(Dialect dialect) {
  if (dialect == Dialect::client) return kClient;
  if (dialect == Dialect::leaf) return kLeaf;
  return kRoute;
}

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// The first `name.size()` characters of `text`, or all it has, are those of `name`.
bool agrees(std::string_view text, std::string_view name) {
  if (!text.empty() && upper(text[0]) != name[0]) return false;  // nearly all of them end here
  const std::size_t length = std::min(text.size(), name.size());
  for (std::size_t i = 0; i < length; ++i) {
    if (upper(text[i]) != name[i]) return false;
  }
  return true;
}

inline bool is_row(const VerbRow& row, std::string_view line) {
  if (line.size() < row.name.size() || !agrees(line, row.name)) return false;
  if (row.follows == Follows::anything) return true;
  return line.size() > row.name.size() && is_blank(line[row.name.size()]);
}

bool may_become(const VerbRow& row, std::string_view line) {
  if (line.size() <= row.name.size()) return agrees(line, row.name);
  return is_row(row, line);
}

}  // namespace

std::optional<FoundVerb> find_verb(Dialect dialect, std::string_view line) {
  for (const VerbRow& row : rows_of(dialect)) {
    if (is_row(row, line)) return FoundVerb{row.verb, row.name.size()};
  }
  for (const VerbRow& row : kBoth) {
    if (is_row(row, line)) return FoundVerb{row.verb, row.name.size()};
  }
  return std::nullopt;
}

bool may_become_verb(Dialect dialect, std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const auto may = [&](const VerbRow& row) { return may_become(row, line); };
  const auto rows = rows_of(dialect);
  return std::any_of(rows.begin(), rows.end(), may) || std::any_of(kBoth.begin(), kBoth.end(), may);
}

}  // namespace broker
