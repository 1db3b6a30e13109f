#include "broker/claims/template.h"

#include "base/text.h"
#include "broker/subjects/subject.h"

#include <algorithm>

namespace broker {

namespace {

using Words = std::vector<std::string>;

bool is_blank(const std::string& word) {
  return word.starts_with("{{") && word.ends_with("}}");
}

// What a word may stand for.
class Filler {
 public:
  Filler(const UserClaims& user, const TemplateAccount& account) : user_(user), account_(account) {}

  // All the words that a blank stands for: more than one for tags. A name nobody knows is a word
  // that no subject may have.
  Words fill(const std::string& blank) const {
    const std::string name = base::lower(blank.substr(2, blank.size() - 4));
    if (name == "name()") return {user_.claims.name};
    if (name == "subject()") return {user_.claims.subject};
    if (name == "account-name()") return {account_.name};
    if (name == "account-subject()") return {user_.issuer_account};
    if (const auto tag = argument(name, "tag(")) return tagged(user_.claims.tags, *tag);
    if (const auto tag = argument(name, "account-tag(")) return tagged(account_.tags, *tag);
    return {" "};
  }

 private:
  static std::optional<std::string> argument(const std::string& name, std::string_view function) {
    if (!name.starts_with(function) || !name.ends_with(')')) return std::nullopt;
    return name.substr(function.size(), name.size() - function.size() - 1);
  }

  static Words tagged(const Words& tags, const std::string& tag) {
    Words values;
    for (const std::string& entry : tags) {
      if (entry.starts_with(tag + ":")) values.push_back(entry.substr(tag.size() + 1));
    }
    if (values.empty()) values.emplace_back();
    return values;
  }

  const UserClaims& user_;
  const TemplateAccount& account_;
};

// Every subject that comes of one with blanks: each choice of words once.
Words subjects_of(const std::string& subject, const Filler& filler) {
  Words subjects = {""};
  bool first = true;
  for (const std::string& word : base::split(subject, '.')) {
    const Words choices = is_blank(word) ? filler.fill(word) : Words{word};
    Words longer;
    for (const std::string& begun : subjects) {
      for (const std::string& choice : choices)
        longer.push_back(first ? choice : begun + "." + choice);
    }
    subjects = std::move(longer);
    first = false;
  }
  return subjects;
}

// False when a subject came out wrong.
bool fill_list(Words& list, const Filler& filler) {
  const bool any = std::any_of(list.begin(), list.end(), [](const std::string& subject) {
    const auto words = base::split(subject, '.');
    return std::any_of(words.begin(), words.end(), is_blank);
  });
  if (!any) return true;
  Words filled;
  bool good = true;
  for (const std::string& subject : list) {
    for (std::string& made : subjects_of(subject, filler)) {
      is_valid_subject(made) ? filled.push_back(std::move(made)) : void(good = false);
    }
  }
  list = std::move(filled);
  return good;
}

bool fill_subjects(ClaimedSubjects& subjects, const Filler& filler) {
  const bool limited = !subjects.allow.empty();
  fill_list(subjects.allow, filler);
  if (!fill_list(subjects.deny, filler)) return false;
  const auto& deny = subjects.deny;
  if (limited && subjects.allow.empty() && std::find(deny.begin(), deny.end(), ">") == deny.end()) {
    subjects.deny.emplace_back(">");
  }
  return true;
}

}  // namespace

base::Result<UserLimits> fill_template(UserLimits scope,
                                       const UserClaims& user,
                                       const TemplateAccount& account) {
  const Filler filler(user, account);
  if (!fill_subjects(scope.permissions.subscribe, filler) ||
      !fill_subjects(scope.permissions.publish, filler)) {
    return base::Error(base::ErrorCode::invalid, "generated invalid subject");
  }
  return scope;
}

}  // namespace broker
