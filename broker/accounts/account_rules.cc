#include "broker/accounts/account_rules.h"

#include "base/text.h"
#include "broker/subjects/subject.h"

namespace broker {

namespace {

using Kind = SubjectTransform::Kind;

base::Error bad(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

base::Result<SubjectTransform> transform_of(const char* what,
                                            const std::string& from,
                                            const std::string& to,
                                            const std::string& source,
                                            const std::string& destination) {
  auto made = SubjectTransform::make(source, destination, Kind::reversible);
  if (made) return *std::move(made);
  return bad(std::string("failed to create mapping transform for ") + what +
             " import subject from " + base::in_quotes(from) + " to " + base::in_quotes(to) + ": " +
             made.error().what);
}

// The subjects of both: where one has a wildcard, the other's token. As nats-server finds it, which
// may be more than both have in common, never less.
std::string common(const std::string& filter, const std::string& other) {
  auto tokens = base::split(filter, '.');
  const auto others = base::split(other, '.');
  for (std::size_t i = 0; i < tokens.size() && i < others.size(); ++i) {
    if (tokens[i] == "*" && others[i] != ">") tokens[i] = others[i];
  }
  const std::size_t last = tokens.size() - 1;
  if (tokens[last] == ">" && others.size() >= tokens.size()) {
    tokens.pop_back();
    tokens.insert(tokens.end(), others.begin() + static_cast<std::ptrdiff_t>(last), others.end());
  }
  return base::join(tokens, ".");
}

}  // namespace

base::Result<ImportedStream> plan_import(const StreamImport& import, const std::string& importer) {
  ImportedStream stream{.importer = importer, .there = import.subject, .here = import.to};
  if (!import.prefix.empty()) {
    if (has_wildcard(import.prefix)) {
      return bad("stream import prefix can not contain wildcard tokens");
    }
    stream.here = import.prefix + (import.prefix.ends_with('.') ? "" : ".") + import.subject;
  }
  if (stream.here.empty()) stream.here = stream.there;
  if (stream.keeps_subject() || !has_wildcard(stream.there)) return stream;
  stream.inward = TRY(transform_of(
      "stream", stream.there, stream.here, stream.there, with_placeholders(stream.here)));
  stream.outward = stream.inward->reversed();
  stream.here = without_placeholders(stream.here);
  return stream;
}

base::Result<ImportedService> plan_import(const ServiceImport& import) {
  ImportedService service{.here = import.to.empty() ? import.subject : import.to,
                          .there = import.subject};
  if (service.here == service.there) {
    if (has_wildcard(service.here)) service.there.clear();
    return service;
  }
  if (!has_wildcard(service.there)) return service;
  const std::string there = without_placeholders(service.there);
  const auto back =
      TRY(transform_of("service", service.here, there, there, with_placeholders(service.here)));
  service.here = without_placeholders(service.here);
  service.outward = back.reversed();
  return service;
}

std::optional<std::string> wanted_there(const ImportedStream& stream, const std::string& filter) {
  if (filter == stream.here || covers(filter, stream.here)) return stream.there;
  std::string part = filter;
  if (!covers(stream.here, part)) {
    if (!has_wildcard(filter)) return std::nullopt;
    part = common(filter, stream.here);
    if (!covers(stream.here, part)) return std::nullopt;
  }
  if (stream.keeps_subject()) return part;
  return stream.outward ? stream.outward->apply(part) : stream.there;
}

}  // namespace broker
