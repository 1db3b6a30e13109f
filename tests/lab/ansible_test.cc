// natsctl beside what people write with Ansible, on the same three hosts under the same traffic.
#include "base/files.h"
#include "tests/lab/cluster.h"
#include "tests/support/replace_part.h"
#include "watch/traffic_probe.h"

#include <chrono>
#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

struct Outcome {
  std::string way;
  std::chrono::duration<double> took{};
  watch::ProbeResult traffic;

  std::string row() const {
    return fmt::format("| {} | {:.0f} s | {} and {} of {} | {} and {} of {} |\n",
                       way,
                       took.count(),
                       traffic.plain.lost,
                       traffic.careful.lost,
                       traffic.confirmed,
                       traffic.plain_requests.failed,
                       traffic.careful_requests.failed,
                       traffic.plain_requests.asked + traffic.careful_requests.asked);
  }
};

// Under the traffic of a probe of the test's own.
Outcome under_traffic(const lab::Cluster& cluster,
                      const std::string& way,
                      const std::function<lab::Said()>& upgrade) {
  const auto clock = base::system_clock();
  watch::ProbeSettings settings;
  for (std::size_t i = 0; i < cluster.size(); ++i)
    settings.servers.push_back(cluster.client(i));
  settings.rate = 100;
  auto probe = watch::TrafficProbe::start(settings, *clock);
  REQUIRE_MESSAGE(probe, (probe ? "" : probe.error().what));
  const auto begin = std::chrono::steady_clock::now();
  const auto said = upgrade();
  Outcome outcome{way, std::chrono::steady_clock::now() - begin, (*probe)->finish()};
  REQUIRE_MESSAGE(said.exit_code == 0, said.text);
  cluster.check_upgraded();
  return outcome;
}

Outcome by_ansible() {
  lab::Cluster cluster;
  const auto folder = cluster.hosts().folder();
  std::string inventory;
  for (std::size_t i = 0; i < cluster.size(); ++i)
    inventory += fmt::format(
        "{} ansible_ssh_common_args='-F {}/ssh_config' ansible_user=deploy "
        "ansible_ssh_private_key_file={}/key\n",
        cluster.client(i).host,
        folder.string(),
        folder.string());
  REQUIRE(base::write_file(folder / "inventory", inventory));
  return under_traffic(cluster, "Ansible, `serial: 1` (tests/lab/ansible/upgrade.yml)", [&] {
    return cluster.run({"ansible-playbook",
                        "-i",
                        (folder / "inventory").string(),
                        "-e",
                        "binary=" + support::new_server().binary.string(),
                        PROJECT_ROOT "/tests/lab/ansible/upgrade.yml"});
  });
}

Outcome by_natsctl() {
  lab::Cluster cluster;
  cluster.write_plan(lab::Cluster::Traffic::of_the_test);
  return under_traffic(cluster, "natsctl upgrade, gates that hold for half a second", [&] {
    return cluster.natsctl({"upgrade", cluster.plan(), "--yes"});
  });
}

// LAB_WRITE=1 puts the table into tests/README.md.
void write_down(const std::string& table) {
  if (std::getenv("LAB_WRITE") == nullptr) return;  // NOLINT(concurrency-mt-unsafe)
  support::replace_part(PROJECT_ROOT "/tests/README.md", "ansible", table);
}

}  // namespace

TEST_SUITE("rehearsal: hosts behind ssh") {
  // The times are written down, not checked: both spend most of theirs in the same lame ducks, and
  // what else the machine does meets one of them.
  TEST_CASE("beside a playbook of Ansible natsctl loses no more") {
    const auto ansible = by_ansible();
    const auto natsctl = by_natsctl();
    const auto table =
        "| three hosts from 2.9.10 to 2.10.27 | took | messages lost by ordinary clients, by "
        "careful ones | requests that failed, ordinary and careful |\n|---|--:|--:|--:|\n" +
        ansible.row() + natsctl.row();
    MESSAGE(table);
    CHECK(natsctl.traffic.careful.lost == 0);
    CHECK(natsctl.traffic.unconfirmed() == 0);
    CHECK(natsctl.traffic.careful.lost <= ansible.traffic.careful.lost);
    CHECK(natsctl.traffic.careful_requests.failed <= ansible.traffic.careful_requests.failed);
    write_down(table);
  }
}
