#include "watch/secret.h"

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "exec/process.h"

#include <cstdlib>

#include <fmt/format.h>

namespace watch {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::string> field_of(const plan::Secret& secret) {
  const auto json = base::Json::parse(TRY(base::read_file(secret.file)));
  if (!json || (*json)[secret.field].text().empty()) {
    return Error(ErrorCode::not_found,
                 fmt::format("{} has no `{}`", secret.file.string(), secret.field));
  }
  return (*json)[secret.field].text();
}

Result<std::string> output_of(const std::string& text) {
  auto outcome = exec::run_command({{"/bin/sh", "-c", text}});
  // What a command wrote may be the secret: it is not told.
  if (!outcome) {
    return Error(outcome.error().code,
                 fmt::format("the command `{}` did not come to an end", text));
  }
  if (outcome->ok()) return outcome->output;
  return Error(ErrorCode::io,
               fmt::format("the command `{}` ended with status {}", text, outcome->status));
}

}  // namespace

Result<std::string> text_of(const plan::Secret& secret) {
  if (!secret.variable.empty()) {
    const char* value = std::getenv(secret.variable.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value) return std::string(value);
    return Error(ErrorCode::not_found, fmt::format("the environment has no {}", secret.variable));
  }
  if (!secret.command.empty()) return output_of(secret.command);
  if (!secret.field.empty()) return field_of(secret);
  return base::read_file(secret.file);
}

Result<std::string> value_of(const plan::Secret& secret) {
  const auto text = TRY(text_of(secret));
  return std::string(base::trim(base::split(text, '\n').front()));
}

}  // namespace watch
