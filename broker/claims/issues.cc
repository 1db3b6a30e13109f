#include "broker/claims/issues.h"

#include "base/text.h"

#include <algorithm>

namespace broker {

bool Issues::block(bool with_times) const {
  return std::any_of(list.begin(), list.end(), [&](const Issue& issue) {
    return issue.kind == Issue::Kind::error || (with_times && issue.kind == Issue::Kind::time);
  });
}

std::string Issues::errors_text() const {
  std::vector<std::string> texts;
  for (const Issue& issue : list) {
    if (issue.kind == Issue::Kind::error) texts.push_back(issue.text);
  }
  return "[" + base::join(texts, " ") + "]";
}

void check_times(const Claims& claims, std::int64_t now, Issues& issues) {
  if (claims.expires > 0 && now > claims.expires) {
    issues.list.push_back({"claim is expired", Issue::Kind::time});
  }
  if (claims.not_before > 0 && claims.not_before > now) {
    issues.list.push_back({"claim is not yet valid", Issue::Kind::time});
  }
}

void check_subject(std::string_view subject, Issues& issues) {
  if (subject.empty()) return issues.error("subject cannot be empty");
  const std::string name = "subject " + base::in_quotes(subject);
  if (subject.find(' ') != std::string_view::npos) issues.error(name + " cannot have spaces");
  if (subject.front() == '.' || subject.back() == '.') {
    issues.error(name + " cannot start or end with a `.`");
  }
  if (subject.find("..") != std::string_view::npos) {
    issues.error(name + " cannot contain consecutive `.`");
  }
}

void check_permitted(std::string_view subject, bool queues, Issues& issues) {
  const auto words = base::split(subject, ' ');
  if (words.size() > 2) {
    return issues.error("Permission Subject " + base::in_quotes(subject) +
                        " contains too many spaces");
  }
  for (const std::string& word : words)
    check_subject(word, issues);
  if (words.size() == 2 && !queues) {
    issues.error("Permission Subject " + base::in_quotes(subject) +
                 " is not allowed to contain queue");
  }
}

}  // namespace broker
