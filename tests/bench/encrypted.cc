#include "tests/bench/flow.h"
#include "tests/bench/scenario.h"
#include "tests/bench/stand.h"
#include "tests/bench/tls.h"
#include "tests/support/temp_dir.h"

#include <stdexcept>

namespace bench {

namespace {

// True when a server of this release serves with such a conf, false when it ends at once.
bool accepts(const support::Release& release, const std::string& conf) {
  support::ServerSettings settings;
  settings.release = release;
  settings.conf = conf;
  settings.may_fail = true;
  support::ServerProcess server(settings);
  for (int tries = 0; tries < 400; ++tries) {
    if (server.log().find("Server is ready") != std::string::npos) return true;
    try {
      server.wait_for_exit(std::chrono::milliseconds(50));
      return false;
    } catch (const std::runtime_error&) {
      continue;  // it still runs
    }
  }
  return false;
}

class EncryptedOneToOne final : public Trial {
 public:
  EncryptedOneToOne(const support::Release& release, const std::string& conf, const Effort& effort)
      : stand_(release, Stand::Servers::one, conf), effort_(effort) {
    constexpr std::size_t kPayload = 128;
    subscribe(sink_, "bench.x");
    const auto frame = pub_frame("bench.x", std::string(kPayload, 'x'));
    constexpr std::size_t kBlockBytes = 64 * 1024;
    flow_.sources.push_back(
        {&source_, render(kBlockBytes / frame.size(), kBlockBytes, [&](auto) { return frame; })});
    flow_.sinks.push_back(&sink_);
    flow_.sink_bytes = msg_bytes("bench.x", "1", kPayload);
  }

  Numbers round() override { return flow_.run(effort_.round, stand_.pids()); }

 private:
  Stand stand_;
  Effort effort_;
  Peer source_ = tls_client(stand_.port());
  Peer sink_ = tls_client(stand_.port());
  Flow flow_;
};

class EncryptedConnects final : public Trial {
 public:
  EncryptedConnects(const support::Release& release, const std::string& conf, const Effort& effort)
      : stand_(release, Stand::Servers::one, conf), effort_(effort) {}

  Numbers round() override {
    const auto end = std::chrono::steady_clock::now() + effort_.round;
    std::size_t count = 0;
    const Stretch stretch(stand_.pids());
    for (; std::chrono::steady_clock::now() < end; ++count)
      tls_client(stand_.port());
    return stretch.take(static_cast<double>(count));
  }

 private:
  Stand stand_;
  Effort effort_;
};

template <class Made>
Scenario encrypted(const std::string& name, const std::string& title, std::vector<Goal> goals) {
  return {name,
          title,
          std::move(goals),
          [](const auto& release, const auto& effort) -> std::unique_ptr<Trial> {
            const support::TempDir folder;  // servers read it when they start
            const std::string conf = tls_conf(folder.path());
            if (!accepts(release, conf)) return nullptr;
            return std::make_unique<Made>(release, conf, effort);
          }};
}

}  // namespace

void add_encrypted(std::vector<Scenario>& list) {
  list.push_back(
      encrypted<EncryptedOneToOne>("tls-one-to-one", "1 to 1 over TLS, 128 B", flow_goals()));
  list.push_back(
      encrypted<EncryptedConnects>("tls-connect",
                                   "TLS connects, one after another",
                                   {{Quantity::server_cpu, Goal::Kind::ratio_at_most, 1},
                                    {Quantity::throughput, Goal::Kind::ratio_at_least, 1}}));
}

}  // namespace bench
