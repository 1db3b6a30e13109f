#include "tests/support/eventually.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <fstream>

#include <doctest/doctest.h>

using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

constexpr long kMiB = 1024;  // in KiB, as the kernel counts

// A sanitizer keeps freed memory for a while, to see who still uses it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kFreedIsKept = true;
#else
constexpr bool kFreedIsKept = false;
#endif

// What a process holds of memory that is its own (RssAnon), in KiB.
long own_memory(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "RssAnon:" && status >> kib) return kib;
  }
  return -1;
}

std::string pub(const std::string& subject, std::size_t bytes) {
  return "PUB " + subject + " " + std::to_string(bytes) + "\r\n" + std::string(bytes, 'x') + "\r\n";
}

// A few blocks stay for the next burst; what a burst took beyond them comes back.
void check_comes_back(const ServerProcess& server, long before) {
  if (kFreedIsKept) return;
  support::eventually("memory back at what it was",
                      [&] { return own_memory(server.pid()) < before + 24 * kMiB; });
}

}  // namespace

TEST_SUITE("broker: memory") {
  TEST_CASE("what waited for a reader that was slow is given back once it has read") {
    // However slow the machine is, the reader is not given up meanwhile.
    ServerSettings settings;
    settings.conf = "write_deadline: \"2m\"\n";
    ServerProcess server(std::move(settings));
    Wire publisher = Wire::client(server.port());
    Wire reader = Wire::client(server.port());
    const long before = own_memory(server.pid());
    for (const std::size_t bytes : {std::size_t{200}, std::size_t{4000}, std::size_t{500'000}}) {
      CAPTURE(bytes);
      reader.send("SUB a 1");
      reader.sync();
      // As much as may wait without anyone being asked to pause.
      const std::size_t count = 44'000'000 / (bytes + 24);
      const std::string message = pub("a", bytes);
      for (std::size_t i = 0; i < count; ++i)
        publisher.send_raw(message);
      publisher.sync();
      CHECK(own_memory(server.pid()) > before + 24 * kMiB);
      reader.send("UNSUB 1");
      CHECK(reader.count_messages() == static_cast<int>(count));
      check_comes_back(server, before);
    }
  }

  TEST_CASE("connections and subscriptions that have gone leave nothing behind") {
    // But what /connz?state=closed tells of the last ones, with their subscriptions.
    ServerSettings settings;
    settings.conf = "max_closed_clients: 10\n";
    ServerProcess server(std::move(settings));
    const long before = own_memory(server.pid());
    for (int round = 0; round < 5; ++round) {
      std::vector<Wire> wires;
      for (int i = 0; i < 100; ++i) {
        wires.push_back(Wire::client(server.port()));
        std::string lines;
        for (int k = 0; k < 500; ++k)
          lines += "SUB s." + std::to_string(i) + "." + std::to_string(k) + " " +
                   std::to_string(k) + "\r\n";
        wires.back().send_raw(lines);
        wires.back().sync();
      }
      wires.clear();
    }
    check_comes_back(server, before);
  }
}
