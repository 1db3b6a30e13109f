// The official JavaScript client over websockets, with our broker and with real servers.
#include "base/json.h"
#include "exec/process.h"
#include "tests/rehearsal/js_clients.h"
#include "tests/support/certificates.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using support::Release;

namespace {

void exchanges_messages(const Release& release,
                        const std::string& settings,
                        const std::string& ca) {
  const int port = support::free_port();
  const support::ServerProcess server(
      {.release = release,
       .conf = fmt::format("websocket {{ listen: 127.0.0.1:{}\n{} }}", port, settings)});
  std::vector<std::string> argv = {
      "node",
      (rehearsal::js_folder() / "websocket.mjs").string(),
      fmt::format("{}://127.0.0.1:{}", ca.empty() ? "ws" : "wss", port)};
  if (!ca.empty()) argv.push_back(ca);
  const auto done = exec::run_command({.argv = argv, .timeout = std::chrono::seconds(60)});
  REQUIRE_MESSAGE(done, (done ? "" : done.error().what));
  CAPTURE(done->output);
  CAPTURE(server.log());
  REQUIRE(done->ok());
  const auto said = base::Json::parse(done->output);
  REQUIRE(said);
  CHECK((*said)["received"].integer() == 100);
  CHECK((*said)["intact"].boolean());
  CHECK((*said)["answered"].integer() == 100);
  CHECK((*said)["large"].integer() == 900'000);
}

}  // namespace

TEST_SUITE("rehearsal: websockets") {
  TEST_CASE("the JavaScript client works over websockets, in clear and compressed") {
    for (const Release& release : {Release::broker(), Release::real("2.10")}) {
      exchanges_messages(release, "no_tls: true", "");
      exchanges_messages(release, "no_tls: true, compression: true", "");
    }
  }

  TEST_CASE("the JavaScript client works over websockets in TLS") {
    const support::Authority authority;
    const auto certificate = authority.issue("server", "first");
    for (const Release& release : {Release::broker(), Release::real("2.10")})
      exchanges_messages(release, authority.tls_block(certificate), authority.file());
  }
}
