#pragma once

#include "broker/claims/token.h"

#include <string>
#include <string_view>
#include <vector>

// What is wrong with claims whose signature is good. The texts are nats-server's: it logs them and
// answers with them. Source: github.com/nats-io/jwt v2 validation.go, types.go
namespace broker {

struct Issue {
  enum class Kind : std::uint8_t {
    error,
    time,     // too early or too late
    warning,  // stops nothing
  };

  std::string text;
  Kind kind = Kind::error;
};

struct Issues {
  std::vector<Issue> list = {};

  void error(std::string text) { list.push_back({std::move(text), Issue::Kind::error}); }

  void warn(std::string text) { list.push_back({std::move(text), Issue::Kind::warning}); }

  // True when claims with these must not be used; `with_times`: nor those of another time.
  bool block(bool with_times) const;

  // The errors, as Go prints a list: "[a b]".
  std::string errors_text() const;
};

// `now` in seconds since 1970.
void check_times(const Claims& claims, std::int64_t now, Issues& issues);

void check_subject(std::string_view subject, Issues& issues);

// A subject of a list of permissions; where a queue may stand behind it, `queues` is set.
void check_permitted(std::string_view subject, bool queues, Issues& issues);

}  // namespace broker
