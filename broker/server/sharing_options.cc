// What an account exports and imports.
#include "base/text.h"
#include "broker/server/account_options.h"

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// An export as it is read, before it is known which of the two it is.
struct Export {
  const ConfField* stream = nullptr;
  const ConfField* service = nullptr;
  const ConfField* response = nullptr;
  const ConfField* threshold = nullptr;
  const ConfField* latency = nullptr;
  const ConfField* trace = nullptr;
  ServiceExport read = {};
};

void read_response_type(const ConfField& field, Export& out, ConfReport& report) {
  if (out.response != nullptr)
    return report.error(field.value, "Duplicate response type definition");
  out.response = &field;
  if (!field.value.is(Kind::text)) {
    return report.error(field.value,
                        "Expected response type to be string, got " + go_type(field.value));
  }
  const std::string word = base::lower(field.value.as_text());
  if (word == "single" || word == "singleton") {
    out.read.response = ResponseType::single;
  } else if (word == "stream") {
    out.read.response = ResponseType::stream;
  } else if (word == "chunk" || word == "chunked") {
    out.read.response = ResponseType::chunked;
  } else {
    report.error(field.value, "Unknown response type: " + base::in_quotes(field.value.as_text()));
  }
}

void read_threshold(const ConfField& field, Export& out, ConfReport& report) {
  if (out.threshold != nullptr)
    return report.error(field.value, "Duplicate response threshold detected");
  out.threshold = &field;
  const std::string wanted = "Expected response threshold to be a parseable time duration, got ";
  if (!field.value.is(Kind::text)) return report.error(field.value, wanted + go_type(field.value));
  const auto duration = base::parse_duration(field.value.as_text());
  if (!duration) return report.error(field.value, wanted + base::in_quotes(field.value.as_text()));
  if (*duration != base::nanoseconds(0)) out.read.threshold = *duration;
}

// 50, "50%" or "headers".
bool read_sampling(const ConfValue& value, LatencySampling& latency, ConfReport& report) {
  std::int64_t percent = 0;
  if (value.is(Kind::integer)) {
    percent = value.as_integer();
  } else if (value.is(Kind::text)) {
    std::string text = value.as_text();
    if (base::lower(base::trim(text)) == "headers") {
      latency.percent = 0;
      return true;
    }
    if (text.ends_with('%')) text.pop_back();
    const auto number = base::parse_int(text);
    if (!number) {
      report.error(value,
                   "Failed to parse latency sample: strconv.Atoi: parsing " +
                       base::in_quotes(text) + ": invalid syntax");
      return false;
    }
    percent = *number;
  } else {
    report.error(value,
                 "Expected latency sample to be a string or map/struct, got " + go_type(value));
    return false;
  }
  if (percent < 1 || percent > 100) {
    report.error(value, "bad sampling percentage, should be 1-100");
    return false;
  }
  latency.percent = static_cast<int>(percent);
  return true;
}

std::optional<LatencySampling> read_latency(const ConfField& field, ConfReport& report) {
  LatencySampling latency;
  if (field.value.is(Kind::text)) {
    latency.subject = field.value.as_text();
    return latency;
  }
  if (!field.value.is(Kind::map)) {
    report.error(
        field.value,
        "Expected latency entry to be a map/struct or string, got " + go_type(field.value));
    return std::nullopt;
  }
  if (const ConfValue* sampling = field.value.find("sampling")) {
    if (!read_sampling(*sampling, latency, report)) return std::nullopt;
  }
  const ConfValue* subject = field.value.find("subject");
  if (subject == nullptr) {
    report.error(field.value, "Latency subject required, but missing");
    return std::nullopt;
  }
  if (!subject->is(Kind::text)) {
    report.error(*subject, "Expected latency subject to be a string, got string");
    return std::nullopt;
  }
  latency.subject = subject->as_text();
  return latency;
}

void read_export_field(const ConfField& field, Export& out, ConfReport& report) {
  const std::string key = base::lower(field.key);
  if (key == "stream" || key == "service") {
    const bool stream = key == "stream";
    if (stream ? out.service != nullptr : out.stream != nullptr) {
      report.error(field.value,
                   "Detected " + key + " " + base::in_quotes(go_text(field.value)) +
                       " but already saw a " + (stream ? "service" : "stream"));
    } else if (!field.value.is(Kind::text)) {
      report.error(field.value,
                   "Expected " + key + " name to be string, got " + go_type(field.value));
    } else {
      (stream ? out.stream : out.service) = &field;
      out.read.subject = field.value.as_text();
    }
  } else if (key == "response" || key == "response_type") {
    read_response_type(field, out, report);
  } else if (key == "threshold" || key == "response_threshold" || key == "response_max_time" ||
             key == "response_time") {
    read_threshold(field, out, report);
  } else if (key == "accounts") {
    if (!field.value.is(Kind::list)) {
      return report.error(
          field.value,
          "interface conversion: interface {} is " + go_type(field.value) + ", not []interface {}");
    }
    if (const auto names = report.texts(field)) out.read.access.accounts = *names;
  } else if (key == "latency") {
    out.latency = &field;
    out.read.latency = read_latency(field, report);
  } else if (key == "account_token_position") {
    const auto position = report.integer(field).value_or(0);
    out.read.access.account_position =
        static_cast<std::size_t>(std::max<std::int64_t>(position, 0));
  } else if (key == "allow_trace") {
    out.trace = &field;
    out.read.allow_trace = report.boolean(field).value_or(false);
  } else {
    report.unknown(field);
  }
}

// What means something for services only.
void refuse_directives(const Export& read, ConfReport& report) {
  const auto refuse = [&](const ConfField* field, const char* what) {
    if (field == nullptr) return;
    report.error(field->value, std::string("Detected ") + what + " directive on non-service");
  };
  refuse(read.response, "response");
  refuse(read.threshold, "response");
  refuse(read.latency, "latency");
  refuse(read.trace, "allow_trace");
}

// Another one of the same subject says more of the same export.
template <class T>
void add_export(std::vector<T>& exports, T added) {
  for (T& known : exports) {
    if (known.subject != added.subject) continue;
    if (added.access.is_public()) {
      added.access = known.access;
    } else {
      auto& names = added.access.accounts;
      names.insert(names.end(), known.access.accounts.begin(), known.access.accounts.end());
    }
    known = std::move(added);
    return;
  }
  exports.push_back(std::move(added));
}

// An import as it is read.
struct Import {
  const ConfField* stream = nullptr;
  const ConfField* service = nullptr;
  const ConfField* trace = nullptr;
  const ConfField* to = nullptr;
  std::string account = {};
  std::string subject = {};
  std::string prefix = {};
  bool both = false;  // a prefix, and then another name
  bool share = false;
  bool allow_trace = false;
};

// { account, subject }
bool read_source(const ConfField& field, Import& out, ConfReport& report) {
  const bool stream = base::lower(field.key) == "stream";
  if (!field.value.is(Kind::map)) {
    report.error(field.value,
                 std::string(stream ? "Stream" : "Service") +
                     " entry should be an account map, got " + go_type(field.value));
    return false;
  }
  for (const ConfField& inner : field.value.fields()) {
    const std::string key = base::lower(inner.key);
    if (key == "account") {
      out.account = report.text(inner).value_or("");
    } else if (key == "subject") {
      out.subject = report.text(inner).value_or("");
    } else {
      report.unknown(inner);
    }
  }
  if (!out.account.empty() && !out.subject.empty()) return true;
  report.error(field.value, "Expect an account name and a subject");
  return false;
}

void read_import_field(const ConfField& field, Import& out, ConfReport& report) {
  const std::string key = base::lower(field.key);
  if (key == "stream" || key == "service") {
    const bool stream = key == "stream";
    if (stream ? out.service != nullptr : out.stream != nullptr) {
      report.error(field.value,
                   "Detected " + key + " but already saw a " + (stream ? "service" : "stream"));
    } else if (read_source(field, out, report)) {
      (stream ? out.stream : out.service) = &field;
    }
  } else if (key == "prefix") {
    out.prefix = report.text(field).value_or("");
  } else if (key == "to") {
    if (report.text(field)) out.to = &field;
    // The other way round it is no mistake to nats-server: the prefix counts.
    out.both = !out.prefix.empty();
  } else if (key == "share") {
    out.share = report.boolean(field).value_or(false);
  } else if (key == "allow_trace") {
    out.trace = &field;
    out.allow_trace = report.boolean(field).value_or(false);
  } else {
    report.unknown(field);
  }
}

void add_service_import(const ConfValue& item,
                        const Import& read,
                        AccountRules& account,
                        ConfReport& report) {
  ServiceImport import{.account = read.account,
                       .subject = read.subject,
                       .to = read.to != nullptr ? read.to->value.as_text() : std::string(),
                       .share = read.share};
  if (import.to.empty()) import.to = import.subject;
  for (const ServiceImport& other : account.service_imports) {
    if (other.account != import.account || other.to != import.to) continue;
    return report.error(item,
                        "Duplicate service import subject " + base::in_quotes(import.to) +
                            ", previously used in import for account " +
                            base::in_quotes(other.account) + ", subject " +
                            base::in_quotes(other.subject));
  }
  account.service_imports.push_back(std::move(import));
}

void add_stream_import(const Import& read, AccountRules& account, ConfReport& report) {
  if (read.both) {
    return report.error(read.to->value,
                        "Stream import can not have a 'prefix' and a 'to' property");
  }
  account.stream_imports.push_back(
      {.account = read.account,
       .subject = read.subject,
       .prefix = read.prefix,
       .to = read.to != nullptr ? read.to->value.as_text() : std::string(),
       .allow_trace = read.allow_trace});
}

}  // namespace

void read_exports(const ConfField& field, AccountRules& account, ConfReport& report) {
  if (!field.value.is(Kind::list))
    return report.error(field.value, "Exports should be an array, got " + go_type(field.value));
  for (const ConfValue& item : field.value.items()) {
    if (!item.is(Kind::map)) {
      report.error(item, "Export Items should be a map with type entry, got " + go_type(item));
      continue;
    }
    Export read;
    for (const ConfField& inner : item.fields())
      read_export_field(inner, read, report);
    if (read.stream != nullptr) {
      refuse_directives(read, report);
      add_export(account.stream_exports, StreamExport{read.read.subject, read.read.access});
    } else if (read.service != nullptr) {
      add_export(account.service_exports, read.read);
    }
  }
}

void read_imports(const ConfField& field, AccountRules& account, ConfReport& report) {
  if (!field.value.is(Kind::list))
    return report.error(field.value, "Imports should be an array, got " + go_type(field.value));
  for (const ConfValue& item : field.value.items()) {
    if (!item.is(Kind::map)) {
      report.error(item, "Import Items should be a map with type entry, got " + go_type(item));
      continue;
    }
    Import read;
    for (const ConfField& inner : item.fields())
      read_import_field(inner, read, report);
    if (read.stream != nullptr) {
      add_stream_import(read, account, report);
    } else if (read.service != nullptr) {
      if (read.trace != nullptr)
        report.error(read.trace->value, "Detected allow_trace directive on a non-stream");
      add_service_import(item, read, account, report);
    }
  }
}

}  // namespace broker
