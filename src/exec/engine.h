#pragma once

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

#include <filesystem>
#include <memory>
#include <string>

// A container engine, Docker or Podman, by its HTTP API on a socket of this machine. Both speak
// Docker's; what they say differently is for the readers of the answers (container_facts.h).
// Source: docs.docker.com/engine/api (v1.41), docs.podman.io/en/latest/_static/api.html (compat).
namespace exec {

struct EngineRequest {
  std::string method = "GET";
  std::string path = {};  // "/containers/nats-a/json"
  std::string body = {};
  std::string type = "application/json";  // of the body
  std::filesystem::path file = {};        // its bytes are the body
  base::nanoseconds patience = std::chrono::seconds(30);
};

class Engine {
 public:
  virtual ~Engine() = default;

  // The body of an answer that says yes (2xx, or 304: it is so already). Else ErrorCode::not_found
  // (404), refused (other 4xx: it will not do it as things are; or nobody listens), io (5xx), with
  // the engine's own words; timeout: nothing is known of the effect. An engine that has answered
  // before and is away is waited for, for a while: it may be restarted.
  virtual base::Result<std::string> ask(const EngineRequest& request) = 0;

  base::Result<base::Json> get(const std::string& path);
  base::Result<base::Json> post(const std::string& path, const base::Json& body = {});
  base::Result<void> remove(const std::string& path);  // DELETE; already gone: does nothing
};

// Reaches nothing yet. Threads: one at a time.
std::unique_ptr<Engine> engine_at(const std::filesystem::path& socket);

// "a b/c" -> "a%20b%2Fc", for a path or a query.
std::string url_word(const std::string& text);

}  // namespace exec
