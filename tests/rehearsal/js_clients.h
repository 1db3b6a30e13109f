#pragma once

#include "base/json.h"

#include <cstdio>
#include <filesystem>
#include <string>

namespace rehearsal {

// Where the scripts of js/ lie beside their libraries, installed when the lock file says something
// new. Throws with what npm said.
std::filesystem::path js_folder();

// Clients of the official JavaScript library (js/clients.mjs), which npm installs into the build
// folder the first time. They connect when this is made and end with it.
class JsClients {
 public:
  // Throws when npm or node cannot do their part, with what they said.
  JsClients(const std::string& urls,
            int count,
            const std::string& user,
            const std::string& password);
  ~JsClients();
  JsClients(const JsClients&) = delete;
  JsClients& operator=(const JsClients&) = delete;

  // Ends them. Their last line:
  // {"event":"total","sent":…,"answered":…,"received":[…],"servers":[…]}.
  base::Json finish();

  int count(const std::string& event) const;  // how often it was told so far: "closed", "connected"

 private:
  std::string said() const;

  std::filesystem::path out_;
  std::FILE* input_ = nullptr;  // they end when it does
};

}  // namespace rehearsal
