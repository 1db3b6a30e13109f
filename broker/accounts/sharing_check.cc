#include "broker/accounts/sharing_check.h"

#include "base/text.h"
#include "broker/subjects/subject.h"

#include <algorithm>
#include <map>
#include <set>

namespace broker {

namespace {

constexpr std::size_t kMostAccountsInACycle = 1024;

constexpr char kCycle[] = "import forms a cycle";
constexpr char kTooDeep[] = "search cycle depth exhausted";

// The last of a subject counts for what it says, earlier ones for what it does not.
template <class Export>
const Export* find(const std::vector<Export>& exports, std::string_view subject) {
  const auto named = std::find_if(exports.rbegin(), exports.rend(), [&](const Export& each) {
    return each.subject == subject;
  });
  if (named != exports.rend()) return &*named;
  const auto wide = std::find_if(exports.begin(), exports.end(), [&](const Export& each) {
    return covers(each.subject, subject);
  });
  return wide == exports.end() ? nullptr : &*wide;
}

bool opens(const ExportAccess& access,
           const std::string& importer,
           const std::string& subject,
           bool by_name,
           bool permitted) {
  if (access.is_public()) return true;
  if (access.account_position > 0) {
    // By its own name an export with a place for the importer is nobody's.
    const auto tokens = base::split(subject, '.');
    return !by_name && access.account_position <= tokens.size() &&
           tokens[access.account_position - 1] == importer;
  }
  if (access.by_token) return permitted;
  return std::find(access.accounts.begin(), access.accounts.end(), importer) !=
         access.accounts.end();
}

template <class Exports, class Import>
bool may(const Exports& exports, const std::string& importer, const Import& import) {
  if (!is_valid_subject(import.subject)) return false;
  const auto* found = find_export(exports, import.subject);
  return found != nullptr && opens(found->access,
                                   importer,
                                   import.subject,
                                   found->subject == import.subject,
                                   import.permitted);
}

// Imports are added one after another; each is looked at beside those before it.
class Check {
 public:
  Check(const std::vector<AccountRules>& accounts, bool with_events)
      : accounts_(accounts), with_events_(with_events) {
    for (const AccountRules& account : accounts)
      by_name_[account.name] = &account;
  }

  std::vector<std::string> run() {
    for (const AccountRules& account : accounts_) {
      for (const StreamExport& each : account.stream_exports)
        check_access("stream", each.subject, each.access);
    }
    for (const AccountRules& account : accounts_) {
      for (const ServiceExport& each : account.service_exports) {
        check_access("service", each.subject, each.access);
        check_latency(account, each);
      }
    }
    for (const AccountRules& account : accounts_) {
      for (const StreamImport& each : account.stream_imports)
        check_import("stream", account, each);
    }
    for (const AccountRules& account : accounts_) {
      for (const ServiceImport& each : account.service_imports)
        check_import("service", account, each);
    }
    return std::move(mistakes_);
  }

 private:
  // What was imported so far: from whom, under which names.
  struct Imported {
    const AccountRules* from;
    std::string there;
    std::string here;
  };

  using Visited = std::set<std::string>;

  void say(std::string mistake) { mistakes_.push_back(std::move(mistake)); }

  void check_access(const std::string& what,
                    const std::string& subject,
                    const ExportAccess& access) {
    for (const std::string& name : access.accounts) {
      if (!by_name_.contains(name))
        say(base::in_quotes(name) + " account not defined for " + what + " export");
    }
    if (access.account_position == 0) return;
    const auto tokens = base::split(subject, '.');
    if (tokens.size() < access.account_position || tokens[access.account_position - 1] != "*") {
      say("Error adding " + what + " export " + base::in_quotes(subject) +
          ": sublist: invalid subject");
    }
  }

  void check_latency(const AccountRules& account, const ServiceExport& service) {
    if (!service.latency) return;
    const std::string beginning =
        "Error adding service latency sampling for " + base::in_quotes(service.subject);
    if (!with_events_) return say(beginning + ": system account not setup");
    const std::string& subject = service.latency->subject;
    const std::string failed = beginning + " on subject " + base::in_quotes(subject) + ": ";
    const bool loops = find_export(account.service_exports, subject) != nullptr;
    if (!is_literal_subject(subject) || loops) {
      say(failed + "invalid publish subject");
    } else if (service.response != ResponseType::single) {
      say(failed + "bad service response type");
    }
  }

  template <class Import>
  void check_import(const std::string& what, const AccountRules& importer, const Import& import) {
    const auto from = by_name_.find(import.account);
    if (from == by_name_.end())
      return say(base::in_quotes(import.account) + " account not defined for " + what + " import");
    const auto added = add(importer, *from->second, import);
    if (!added)
      say("Error adding " + what + " import " + base::in_quotes(import.subject) + ": " +
          added.error().what);
  }

  static base::Error refused(std::string why) { return {base::ErrorCode::refused, std::move(why)}; }

  base::Result<void> add(const AccountRules& importer,
                         const AccountRules& from,
                         const StreamImport& import) {
    if (!may_import(from, importer.name, import)) return refused("stream import not authorized");
    auto& mine = streams_[importer.name];
    // As it was written, with its placeholders: so nats-server looks for cycles.
    std::string here = import.to.empty() ? import.subject : import.to;
    if (!import.prefix.empty() && !has_wildcard(import.prefix))
      here = import.prefix + (import.prefix.ends_with('.') ? "" : ".") + import.subject;
    for (const std::string& name : {here, import.subject}) {
      Visited visited = {importer.name};
      TRY(stream_cycle(from, name, visited));
    }
    auto planned = TRY(plan_import(import));
    for (const Imported& other : mine) {
      if (other.from == &from && other.there == import.subject)
        return refused("stream import already exists");
    }
    mine.push_back({&from, import.subject, planned.here});
    return {};
  }

  base::Result<void> add(const AccountRules& importer,
                         const AccountRules& from,
                         const ServiceImport& import) {
    const std::string& here = import.to.empty() ? import.subject : import.to;
    if (!is_valid_subject(here) || !is_valid_subject(import.subject))
      return refused("sublist: invalid subject");
    if (!may_import(from, importer.name, import)) return refused("service import not authorized");
    Visited visited = {importer.name};
    TRY(service_cycle(
        from, has_wildcard(import.subject) ? without_placeholders(here) : here, visited));
    auto planned = TRY(plan_import(import));
    auto& mine = services_[importer.name];
    for (const Imported& other : mine) {
      if (other.from == &from && other.here == planned.here) {
        return refused("duplicate service import subject " + base::in_quotes(here) +
                       ", previously used in import for account " + base::in_quotes(from.name) +
                       ", subject " + base::in_quotes(other.there));
      }
    }
    mine.push_back({&from, without_placeholders(import.subject), planned.here});
    return {};
  }

  // Whether `account` itself takes what it would give.
  base::Result<void> stream_cycle(const AccountRules& account,
                                  const std::string& subject,
                                  Visited& visited) {
    if (visited.size() >= kMostAccountsInACycle) return refused(kTooDeep);
    const bool exported =
        std::any_of(account.stream_exports.begin(),
                    account.stream_exports.end(),
                    [&](const StreamExport& each) { return covers(each.subject, subject); });
    if (!exported) return {};
    for (const Imported& import : streams_[account.name]) {
      if (!overlaps(subject, import.here)) continue;
      if (visited.contains(import.from->name)) return refused(kCycle);
      visited.insert(account.name);
      TRY(stream_cycle(
          *import.from, covers(subject, import.here) ? import.here : subject, visited));
    }
    return {};
  }

  base::Result<void> service_cycle(const AccountRules& account,
                                   const std::string& subject,
                                   Visited& visited) {
    if (visited.size() >= kMostAccountsInACycle) return refused(kTooDeep);
    for (const Imported& import : services_[account.name]) {
      if (!overlaps(subject, import.there)) continue;
      if (visited.contains(import.from->name)) return refused(kCycle);
      visited.insert(account.name);
      TRY(service_cycle(
          *import.from, covers(subject, import.here) ? import.here : subject, visited));
    }
    return {};
  }

  const std::vector<AccountRules>& accounts_;
  const bool with_events_;
  std::map<std::string, const AccountRules*> by_name_;
  std::map<std::string, std::vector<Imported>> streams_;   // by importer
  std::map<std::string, std::vector<Imported>> services_;  // by importer
  std::vector<std::string> mistakes_;
};

}  // namespace

bool may_import(const AccountRules& exporter,
                const std::string& importer,
                const StreamImport& import) {
  return may(exporter.stream_exports, importer, import);
}

bool may_import(const AccountRules& exporter,
                const std::string& importer,
                const ServiceImport& import) {
  return may(exporter.service_exports, importer, import);
}

const StreamExport* find_export(const std::vector<StreamExport>& exports,
                                std::string_view subject) {
  return find(exports, subject);
}

const ServiceExport* find_export(const std::vector<ServiceExport>& exports,
                                 std::string_view subject) {
  return find(exports, subject);
}

std::vector<std::string> sharing_mistakes(const std::vector<AccountRules>& accounts,
                                          bool with_events) {
  return Check(accounts, with_events).run();
}

}  // namespace broker
