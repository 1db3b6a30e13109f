#include "tests/rehearsal/js_clients.h"

#include "base/files.h"
#include "base/text.h"
#include "exec/process.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

namespace rehearsal {

namespace fs = std::filesystem;

fs::path js_folder() {
  const fs::path from = fs::path(PROJECT_ROOT) / "tests/rehearsal/js";
  const fs::path to = fs::path(BUILD_ROOT) / "rehearsal-js";
  fs::create_directories(to);
  // Test programs that run side by side install one after the other.
  const auto lock = [&] {
    for (;;) {
      if (auto taken = base::FileLock::take(to / "lock")) return *std::move(taken);
      ::usleep(100'000);
    }
  }();
  for (const auto* file : {"package.json", "package-lock.json", "clients.mjs", "websocket.mjs"}) {
    fs::copy_file(from / file, to / file, fs::copy_options::overwrite_existing);
  }
  const auto wanted = *base::read_file(to / "package-lock.json");
  const auto have = base::read_file(to / "installed");
  if (have && *have == wanted) return to;
  const auto done =
      exec::run_command({.argv = {"npm", "ci", "--no-audit", "--no-fund", "--prefix", to.string()},
                         .timeout = std::chrono::seconds(100)});
  if (!done) throw std::runtime_error(done.error().what);
  if (!done->ok()) throw std::runtime_error("npm ci: " + done->output);
  if (auto noted = base::write_file(to / "installed", wanted); !noted)
    throw std::runtime_error(noted.error().what);
  return to;
}

JsClients::JsClients(const std::string& urls,
                     int count,
                     const std::string& user,
                     const std::string& password) {
  const auto folder = js_folder();
  out_ = folder / fmt::format("clients-{}.out", ::getpid());
  std::string servers = urls;
  for (auto at = servers.find("nats://"); at != std::string::npos; at = servers.find("nats://"))
    servers.erase(at, 7);
  const auto command = fmt::format("cd '{}' && exec node clients.mjs {} {} {} {} > '{}' 2>&1",
                                   folder.string(),
                                   servers,
                                   count,
                                   user,
                                   password,
                                   out_.string());
  input_ = ::popen(command.c_str(), "we");
  if (input_ == nullptr) throw std::runtime_error("cannot start node");
  support::eventually("the JavaScript clients are ready",
                      [&] { return this->count("ready") == 1; });
}

JsClients::~JsClients() {
  if (input_ != nullptr) ::pclose(input_);
  std::error_code failure;
  fs::remove(out_, failure);
}

std::string JsClients::said() const {
  const auto text = base::read_file(out_);
  return text ? *text : "";
}

int JsClients::count(const std::string& event) const {
  const auto wanted = fmt::format("{{\"event\":\"{}\"", event);
  const auto lines = base::split(said(), '\n');
  return static_cast<int>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with(wanted);
  }));
}

base::Json JsClients::finish() {
  ::pclose(input_);
  input_ = nullptr;
  for (const auto& line : base::split(said(), '\n')) {
    if (!line.starts_with("{\"event\":\"total\"")) continue;
    if (auto json = base::Json::parse(line)) return *std::move(json);
  }
  throw std::runtime_error("the JavaScript clients said no total: " + said());
}

}  // namespace rehearsal
