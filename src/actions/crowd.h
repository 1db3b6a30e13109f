#pragma once

#include "contract/monitoring.h"

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

// Clients, known from one connection to the next. Pure.
namespace actions {

// A client as it is known from one connection to the next: by its name and its machine. Nameless
// clients of one machine and library are told by their number only.
struct Who {
  std::string name;
  std::string ip;
  std::string lang;

  std::string text() const;  // "orders (10.0.0.7)", "a nameless go client (10.0.0.7)"
  auto operator<=>(const Who&) const = default;
};

using Crowd = std::map<Who, int>;

Crowd crowd_of(const std::vector<contract::ConnInfo>& clients);  // natsctl's own left out

// "orders (10.0.0.7), 2 × a nameless go client (10.0.0.8)"; the first twenty.
std::string names_of(const Crowd& crowd);

// Who of `gone` is in `now` less often than in `before`, and how often. Pure.
Crowd missing(const Crowd& gone, const Crowd& before, const Crowd& now);

// The clients of a cluster at one moment.
struct Clients {
  Crowd of_node;  // the one in hand
  Crowd all;
  std::set<std::string> asked;  // the other servers, which answered
};

}  // namespace actions
