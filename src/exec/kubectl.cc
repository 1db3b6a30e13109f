#include "exec/kubectl.h"

#include "base/text.h"
#include "exec/process.h"
#include "exec/shell.h"

#include <algorithm>
#include <array>
#include <thread>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr base::nanoseconds kAway = std::chrono::minutes(2);  // an API server that is replaced
constexpr base::nanoseconds kBetweenTries = std::chrono::seconds(1);
constexpr base::nanoseconds kStarting = std::chrono::minutes(1);  // until it has read its rules

std::vector<std::string> program_of(const plan::ExecutorSpec& spec) {
  std::vector<std::string> words = {spec.kubectl.empty() ? "kubectl" : spec.kubectl};
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {flag, value});
  };
  add("--kubeconfig", spec.kubeconfig.string());
  add("--context", spec.context);
  add("--namespace", spec.name_space);
  return words;
}

// Where an object of the namespaced kinds that are removed lies in the API.
std::string path_of(const Json& object) {
  const auto version = object["apiVersion"].text();
  auto kind = base::lower(object["kind"].text()) + "s";
  return fmt::format("{}/{}/namespaces/{}/{}/{}",
                     version.find('/') == std::string::npos ? "/api" : "/apis",
                     version,
                     object["metadata"]["namespace"].text(),
                     kind,
                     object["metadata"]["name"].text());
}

bool has_any(const std::string& text, const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
    return text.find(part) != std::string::npos;
  });
}

}  // namespace

bool is_away(const std::string& errors) {
  return has_any(errors,
                 {"was refused",
                  "connection refused",
                  "Unable to connect to the server",
                  "connection reset by peer",
                  "unexpected EOF",
                  "http2: ",
                  "i/o timeout",
                  "TLS handshake timeout",
                  "Client.Timeout",
                  "context deadline exceeded",
                  "(ServiceUnavailable)",
                  "(Timeout)",
                  "(ServerTimeout)",
                  "(TooManyRequests)",
                  "apiserver not ready",
                  "etcdserver: "}) &&
         errors.find("no such host") == std::string::npos &&
         errors.find("x509: ") == std::string::npos;
}

Error kubectl_trouble(const std::string& errors) {
  const auto text = std::string(base::trim(errors));
  const auto code = [&] {
    if (has_any(text, {"(NotFound)", "not found in pod"})) return ErrorCode::not_found;
    if (has_any(text, {"(Conflict)", "(AlreadyExists)"})) return ErrorCode::protocol;
    if (is_away(text)) return ErrorCode::timeout;
    if (has_any(text, {"Error from server", "must be logged in", "error: context "}))
      return ErrorCode::refused;
    return ErrorCode::io;
  }();
  if (text.find("(Forbidden)") != std::string::npos)
    return {code, text + " (examples/statefulset/rbac.yml has what natsctl needs)"};
  return {code, text};
}

Kubectl::Kubectl(const plan::ExecutorSpec& spec)
    : program_(program_of(spec)),
      place_(spec.name_space.empty() ? "the namespace of kubectl's context"
                                     : "namespace " + spec.name_space) {
  if (!spec.context.empty()) place_ += fmt::format(" (context {})", spec.context);
}

std::string Kubectl::by_hand(const plan::ExecutorSpec& spec) {
  std::string line;
  for (const auto& word : program_of(spec))
    line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

std::vector<std::string> Kubectl::words(const std::vector<std::string>& args) const {
  auto all = program_;
  all.insert(all.end(), args.begin(), args.end());
  return all;
}

bool Kubectl::may_be_starting(const std::string& question, const std::string& errors) const {
  if (errors.find("(Forbidden)") == std::string::npos) return false;
  return allowed_.contains(question) ||
         (seen_away_ && std::chrono::steady_clock::now() - *seen_away_ < kStarting);
}

Result<std::string> Kubectl::ask(const std::vector<std::string>& args,
                                 const std::string& input,
                                 base::nanoseconds patience) {
  Command command{.argv = words(args), .timeout = patience};
  command.input = input;
  command.errors_apart = true;
  const auto begun = std::chrono::steady_clock::now();
  const auto question = args.front() + " " + (args.size() > 1 ? args[1] : "");
  for (;;) {
    auto outcome = run_command(command);
    if (!outcome && outcome.error().code == ErrorCode::not_found) {
      return Error(ErrorCode::not_found,
                   fmt::format("there is no {}: install kubectl (Debian: kubernetes-client), or "
                               "name it in executor.kubectl",
                               program_.front()));
    }
    const bool away = outcome ? !outcome->ok() && is_away(outcome->errors)
                              : outcome.error().code == ErrorCode::timeout;
    const auto now = std::chrono::steady_clock::now();
    if (away) seen_away_ = now;
    const bool starting = outcome && !outcome->ok() && may_be_starting(question, outcome->errors);
    if ((!away && !starting) || allowed_.empty() || now - begun >= kAway) {
      if (!outcome) return std::move(outcome).error();
      if (!outcome->ok()) return kubectl_trouble(outcome->errors);
      allowed_.insert(question);
      return std::move(outcome->output);
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

Result<Json> Kubectl::ask_json(const std::vector<std::string>& args, const std::string& input) {
  const auto text = TRY(ask(args, input));
  auto json = Json::parse(text);
  if (!json) return std::move(json).error().in("kubectl " + args.front());
  return json;
}

Result<Json> Kubectl::get(const std::string& kind, const std::string& name) {
  return ask_json({"get", kind, name, "-o", "json"});
}

Result<Json> Kubectl::list(const std::string& kind, const std::string& selector) {
  std::vector<std::string> args = {"get", kind, "-o", "json"};
  if (!selector.empty()) args.insert(args.end(), {"-l", selector});
  return ask_json(args);
}

Result<Json> Kubectl::create(const Json& object) {
  return ask_json({"create", "-o", "json", "-f", "-"}, object.dump());
}

Result<Json> Kubectl::rights_in(const std::string& name_space) {
  const auto review = Json::object({{"apiVersion", "authorization.k8s.io/v1"},
                                    {"kind", "SelfSubjectRulesReview"},
                                    {"spec", Json::object({{"namespace", name_space}})}});
  const auto told = TRY(create(review));
  return told["status"];
}

Result<Json> Kubectl::replace(const Json& object) {
  return ask_json({"replace", "-o", "json", "-f", "-"}, object.dump());
}

Result<Json> Kubectl::patch(const std::string& kind,
                            const std::string& name,
                            const Json& change,
                            const std::string& how) {
  return ask_json({"patch", kind, name, "--type", how, "-o", "json", "-p", change.dump()});
}

Result<void> Kubectl::remove_if(const Json& seen,
                                const Json& preconditions,
                                std::optional<std::chrono::seconds> grace) {
  auto options = Json::object(
      {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"preconditions", preconditions}});
  if (grace) options.set("gracePeriodSeconds", std::int64_t{grace->count()});
  const auto gone = ask({"delete", "--raw", path_of(seen), "-f", "-"}, options.dump());
  if (gone || gone.error().code == ErrorCode::not_found) return {};
  return gone.error();
}

Result<void> Kubectl::remove(const Json& seen, std::optional<std::chrono::seconds> grace) {
  auto gone = remove_if(seen, Json::object({{"uid", seen["metadata"]["uid"].text()}}), grace);
  const bool another = !gone && gone.error().code == ErrorCode::protocol;
  return another ? Result<void>() : gone;
}

Result<void> Kubectl::remove_unchanged(const Json& seen) {
  const auto& meta = seen["metadata"];
  return remove_if(seen,
                   Json::object({{"uid", meta["uid"].text()},
                                 {"resourceVersion", meta["resourceVersion"].text()}}),
                   std::nullopt);
}

}  // namespace exec
