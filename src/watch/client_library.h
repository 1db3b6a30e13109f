#pragma once

#include "contract/monitoring.h"

#include <map>
#include <string>
#include <vector>

// What is known of client libraries and lame duck mode, by what /connz says of a connection: lang
// and version.
//
// No official library leaves a server by itself when it hears that the server goes: it tells the
// application at most (ADR-5). So "hears" means that an application can act, never that it does.
namespace watch {

enum class Hears {
  never,    // this release cannot tell its application
  tells,    // it can; whether the application listens cannot be seen from outside
  unknown,  // a library, or a version, that the table does not know
};

Hears hears_lame_duck(const std::string& lang, const std::string& version);

// One library in one version, and how many clients have it.
struct LibraryCount {
  std::string lang;
  std::string version;
  int clients = 0;
  Hears hears = Hears::unknown;

  std::string name() const;  // "go 1.31.0"; "no library it names"
};

// The most used first. natsctl's own connections are left out.
std::vector<LibraryCount> libraries_of(const std::vector<contract::ConnInfo>& clients);

// Whether the connection is one of natsctl's that moves by itself: the system account's, and the
// probe's careful subscribers and publisher. Its plain subscribers are as clients are.
bool moves_by_itself(const contract::ConnInfo& client);

// Whether it is any of natsctl's own.
bool is_own(const contract::ConnInfo& client);

}  // namespace watch
