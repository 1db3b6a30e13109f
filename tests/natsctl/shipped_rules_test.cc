// Each rule of src/rules/rules.yaml: when it applies, when it does not.
#include "tests/natsctl/rules_fixture.h"

using namespace rules_fixture;

TEST_SUITE_BEGIN("rules");

TEST_CASE("2.10 to 2.15 with JetStream is blocked: by mirrors with replicas, or what may come") {
  const auto plain = cluster("2.10.27", "2.15.1");
  CHECK(blocks(plain) == std::set<std::string>{"raft-delete-range-possible"});
  CHECK(blocks(with(plain, kStream)) == std::set<std::string>{"raft-delete-range-possible"});
  const auto mirrored = with(plain, kMirror);
  CHECK(blocks(mirrored) == std::set<std::string>{"raft-delete-range"});
  const auto found = finding(mirrored, "raft-delete-range");
  CHECK(found->says.find("APP > COPY (a mirror, R3)") != std::string::npos);
  CHECK(found->way_out.find("2.14") != std::string::npos);
  CHECK(found->servers == std::vector<std::string>{"A", "B", "D"});
}

TEST_CASE("through 2.14, without JetStream, on one server or with the flag off it may be done") {
  CHECK(blocks(with(cluster("2.10.27", "2.14.8"), kMirror)).empty());
  CHECK(blocks(with(cluster("2.14.8", "2.15.1"), kMirror)).empty());
  CHECK(blocks(core("2.10.27", "2.15.1")).empty());
  CHECK(blocks(core("2.9.10", "2.15.1")).empty());
  auto single = cluster("2.10.27", "2.15.1");
  for (auto& server : single.servers)
    server.jetstream = server.name == "A";
  CHECK(verdict(single, "raft-delete-range-possible") == "");
  auto off = with_conf(with(cluster("2.12.4", "2.15.1"), kMirror), kFlagOff);
  CHECK(verdict(off, "raft-delete-range") == "");
  off.servers[1].conf = conf("server_name: B\n");
  CHECK(verdict(off, "raft-delete-range") == "block");
}

TEST_CASE("the flag switched on at 2.14 is the same danger") {
  const auto on =
      with_conf(cluster("2.12.4", "2.14.8"), "feature_flags { js_raft_delete_range: on }\n");
  CHECK(verdict(on, "raft-delete-range-on") == "block");
  CHECK(verdict(cluster("2.12.4", "2.14.8"), "raft-delete-range-on") == "");
}

TEST_CASE("below 2.9.22 there is no way with a store of 2.10 or later") {
  CHECK(verdict(cluster("2.15.1", "2.9.10"), "store-before-tombstones") == "block");
  CHECK(verdict(cluster("2.10.27", "2.9.21"), "store-before-tombstones") == "block");
  CHECK(verdict(cluster("2.10.27", "2.9.22"), "store-before-tombstones") == "");
  CHECK(verdict(cluster("2.9.25", "2.9.10"), "store-before-tombstones") == "");
  CHECK(verdict(core("2.15.1", "2.9.10"), "store-before-tombstones") == "");
  auto accepted = cluster("2.15.1", "2.9.10");
  accepted.accepted = {"store-before-tombstones"};
  CHECK(verdict(accepted, "store-before-tombstones") == "block");
  CHECK(finding(accepted, "store-before-tombstones")->way_out.find("cannot be accepted") !=
        std::string::npos);
}

TEST_CASE("settings that a release does not know would vanish, or their streams go offline") {
  const AssetFacts with_ttl{.name = "APP > TTL", .level = 1, .uses = {"allow_msg_ttl"}};
  const AssetFacts scheduled{.name = "APP > LATER", .level = 2, .uses = {"allow_msg_schedules"}};
  CHECK(verdict(with(cluster("2.15.1", "2.10.27"), with_ttl), "settings-vanish") == "block");
  CHECK(verdict(with(cluster("2.12.4", "2.11.8"), scheduled), "settings-vanish") == "block");
  CHECK(verdict(with(cluster("2.12.4", "2.11.8"), with_ttl), "settings-vanish") == "");
  CHECK(verdict(with(cluster("2.12.4", "2.11.9"), scheduled), "assets-offline") == "block");
  CHECK(verdict(with(cluster("2.15.1", "2.10.27"), kStream), "settings-vanish") == "");
  CHECK(way_back(with(cluster("2.10.27", "2.14.8"), with_ttl), "settings-vanish") == "warn");
  CHECK(finding(with(cluster("2.15.1", "2.10.27"), with_ttl), "settings-vanish")
            ->says.find("APP > TTL (API level 1)") != std::string::npos);
}

TEST_CASE("2.9 drops what came with 2.10") {
  const AssetFacts filtered{.name = "APP > S > C", .uses = {"filter_subjects"}};
  CHECK(verdict(with(cluster("2.10.27", "2.9.25"), filtered), "settings-of-2.10") == "block");
  CHECK(verdict(with(cluster("2.10.27", "2.9.25"), kStream), "settings-of-2.10") == "");
  CHECK(way_back(with(cluster("2.9.25", "2.10.27"), filtered), "settings-of-2.10") == "warn");
}

TEST_CASE(
    "an older store index, another minor version and unfinished moves are told of going down") {
  const auto down = cluster("2.15.1", "2.10.27");
  CHECK(verdict(down, "store-index") == "warn");
  CHECK(verdict(down, "vendor-policy") == "warn");
  CHECK(verdict(down, "desired-state-back") == "warn");
  CHECK(verdict(cluster("2.12.5", "2.12.1"), "store-index") == "");
  CHECK(verdict(cluster("2.15.1", "2.14.8"), "store-index") == "");
  CHECK(verdict(cluster("2.15.1", "2.14.8"), "desired-state-back") == "");
  CHECK(verdict(cluster("2.12.5", "2.12.4"), "vendor-policy") == "");
  CHECK(way_back(cluster("2.10.27", "2.15.1"), "store-index") == "note");
  CHECK(way_back(core("2.10.27", "2.15.1"), "vendor-policy") == "note");
}

TEST_CASE("going up to 2.12 and 2.15 changes what clients may do") {
  CHECK(verdict(cluster("2.11.9", "2.12.4"), "strict-api") == "warn");
  CHECK(verdict(cluster("2.12.1", "2.12.4"), "strict-api") == "");
  CHECK(verdict(core("2.10.27", "2.15.1"), "strict-api") == "");
  CHECK(verdict(cluster("2.12.4", "2.15.1"), "desired-state") == "warn");
  CHECK(verdict(cluster("2.14.7", "2.15.1"), "desired-state") == "");
  const AssetFacts many{.name = "APP > KV", .consumers = 1005};
  const AssetFacts few{.name = "APP > KV", .consumers = 1000};
  CHECK(verdict(with(cluster("2.14.8", "2.15.1"), many), "thousand-consumers") == "warn");
  CHECK(verdict(with(cluster("2.14.8", "2.15.1"), few), "thousand-consumers") == "");
  CHECK(verdict(with(cluster("2.15.1", "2.15.2"), many), "thousand-consumers") == "");
}

TEST_CASE("known bad releases are blocked where they do harm, and a plan may insist") {
  for (const auto& [version, rule] : {std::pair{"2.10.19", "bad-2.10.19"},
                                      std::pair{"2.10.25", "bad-2.10.25"},
                                      std::pair{"2.9.12", "bad-2.9.12"},
                                      std::pair{"2.9.7", "bad-2.9.7"}}) {
    CAPTURE(version);
    auto facts = cluster("2.9.5", version);
    CHECK(blocks(facts) == std::set<std::string>{rule});
    facts.accepted = {rule};
    CHECK(verdict(facts, rule) == "warn");
    CHECK(finding(facts, rule)->accepted);
  }
  CHECK(verdict(core("2.10.18", "2.10.19"), "bad-2.10.19") == "");
  CHECK(verdict(cluster("2.10.18", "2.10.20"), "bad-2.10.19") == "");
  CHECK(verdict(cluster("2.10.19", "2.10.27"), "bad-2.10.19") == "");
}

TEST_CASE("releases before a release are named, what a packager appends is none") {
  for (const auto* version : {"2.12.0-RC.1", "2.15.0-dev", "2.12.0-preview.2", "2.11.0-beta.1"})
    CHECK(verdict(core("2.10.27", version), "prerelease") == "warn");
  CHECK(verdict(core("2.10.27", "2.11.1-binary"), "prerelease") == "");
  CHECK(verdict(core("2.10.27", "2.11.1"), "prerelease") == "");
}

TEST_CASE("route pools of several sizes are refused up to 2.11.1") {
  auto facts = core("2.10.20", "2.10.27");
  for (auto& server : facts.servers)
    server.pool_size = server.name == "D" ? 5 : 3;
  CHECK(verdict(facts, "pool-sizes") == "block");
  facts.target = "2.11.2";
  CHECK(verdict(facts, "pool-sizes") == "");
  facts.target = "2.10.27";
  facts.servers[2].pool_size = 3;
  CHECK(verdict(facts, "pool-sizes") == "");
}

TEST_CASE("names with blanks are refused from 2.11 on") {
  auto facts = core("2.10.27", "2.11.9");
  CHECK(verdict(facts, "names-with-blanks") == "");
  for (auto& server : facts.servers)
    server.cluster = "my cluster";
  CHECK(verdict(facts, "names-with-blanks") == "block");
  facts.target = "2.10.28";
  CHECK(verdict(facts, "names-with-blanks") == "");
}

TEST_CASE("what is asked of /healthz and of peers differs by release") {
  CHECK(verdict(cluster("2.10.18", "2.10.23"), "healthz-cancels-catchup") == "warn");
  CHECK(verdict(cluster("2.10.18", "2.10.24"), "healthz-cancels-catchup") == "");
  CHECK(verdict(cluster("2.9.10", "2.9.17"), "healthz-recreates-assets") == "note");
  CHECK(verdict(cluster("2.10.18", "2.10.25"), "healthz-recreates-assets") == "");
  CHECK(verdict(cluster("2.10.18", "2.11.4"), "healthz-resets-raft") == "note");
  CHECK(verdict(cluster("2.10.18", "2.11.5"), "healthz-resets-raft") == "");
  CHECK(verdict(cluster("2.10.18", "2.12.2"), "removed-peers-come-back") == "note");
  CHECK(verdict(cluster("2.10.18", "2.11.12"), "removed-peers-come-back") == "");
  CHECK(verdict(cluster("2.10.18", "2.10.27"), "removed-peer-stays-out") == "note");
  CHECK(verdict(cluster("2.10.18", "2.10.28"), "removed-peer-stays-out") == "");
  CHECK(verdict(cluster("2.10.18", "2.12.9"), "stream-peers-come-back") == "note");
  CHECK(verdict(cluster("2.10.18", "2.12.10"), "stream-peers-come-back") == "");
  CHECK(verdict(core("2.10.18", "2.14.4"), "route-missing-after-reconnect") == "note");
  CHECK(verdict(core("2.10.18", "2.14.5"), "route-missing-after-reconnect") == "");
}

TEST_CASE("what a supervisor and a probe see differs by release") {
  CHECK(verdict(core("2.10.27", "2.15.1"), "exit-code-of-sigterm") == "note");
  CHECK(verdict(core("2.11.1", "2.15.1"), "exit-code-of-sigterm") == "");
  CHECK(verdict(core("2.9.10", "2.10.27"), "healthz-in-lame-duck") == "note");
  CHECK(verdict(core("2.10.1", "2.10.27"), "healthz-in-lame-duck") == "");
  CHECK(verdict(cluster("2.10.27", "2.11.9"), "healthz-js-server-only") == "note");
  CHECK(verdict(core("2.10.27", "2.11.9"), "healthz-js-server-only") == "");
  CHECK(verdict(core("2.11.1", "2.12.4"), "packaged-unit-without-lame-duck") == "note");
  CHECK(verdict(core("2.11.2", "2.12.4"), "packaged-unit-without-lame-duck") == "");
  CHECK(verdict(cluster("2.10.1", "2.10.27"), "lame-duck-keeps-jetstream") == "note");
  CHECK(verdict(cluster("2.10.2", "2.10.27"), "lame-duck-keeps-jetstream") == "");
  CHECK(verdict(core("2.10.27", "2.12.4"), "lame-duck-counts-twice") == "note");
  CHECK(verdict(core("2.11.11", "2.12.4"), "lame-duck-counts-twice") == "");
  CHECK(verdict(core("2.9.10", "2.15.1"), "routes-of-2.9") == "note");
  CHECK(verdict(core("2.10.27", "2.9.10"), "routes-of-2.9") == "note");
  CHECK(verdict(core("2.10.27", "2.15.1"), "routes-of-2.9") == "");
}

TEST_CASE("queue interest over gateways and cipher suites matter to confs that have them") {
  const auto up = core("2.10.27", "2.12.4");
  CHECK(verdict(up, "gateway-queue-interest") == "");
  CHECK(verdict(with_conf(up, "gateway { name: east }\n"), "gateway-queue-interest") == "warn");
  CHECK(verdict(up, "insecure-cipher-suites") == "");
  CHECK(verdict(with_conf(up, "tls { cipher_suites: [\"TLS_RSA_WITH_RC4_128_SHA\"] }\n"),
                "insecure-cipher-suites") == "note");
}

TEST_CASE("a key of the conf is refused by releases before it, there and on the way back") {
  struct Row {
    const char* rule;
    const char* conf;
    const char* refuses;
    const char* takes;
  };

  const Row rows[] = {
      {"conf-of-2.10", "cluster { compression: accept }\n", "2.9.25", "2.10.0"},
      {"conf-of-2.10-patches", "tls { handshake_first: true }\n", "2.10.3", "2.10.4"},
      {"conf-of-2.10.26", "max_closed_clients: 5\n", "2.10.25", "2.10.26"},
      {"conf-of-2.11", "jetstream { strict: false }\n", "2.10.27", "2.11.0"},
      {"conf-of-2.11.2", "trace_headers: true\n", "2.11.1", "2.11.2"},
      {"conf-of-2.11.11", "write_timeout: close\n", "2.12.1", "2.11.11"},
      {"conf-of-2.12", "server_metadata { a: b }\n", "2.11.11", "2.12.0"},
      {"conf-of-2.12-patches", "proxy_protocol: true\n", "2.12.1", "2.12.2"},
      {"conf-of-2.14", "feature_flags { js_ack_fc_v2: true }\n", "2.12.8", "2.14.0"},
      {"conf-of-2.15", "jetstream { limits { default_max_consumers: 5 } }\n", "2.14.8", "2.15.0"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    CHECK(verdict(with_conf(core("2.9.1", row.refuses), row.conf), row.rule) == "block");
    CHECK(verdict(with_conf(core("2.9.1", row.takes), row.conf), row.rule) == "");
    auto up = with_conf(core(row.refuses, "2.15.9"), row.conf);
    CHECK(way_back(up, row.rule) == "block");
    CHECK(way_back(with_conf(core(row.takes, "2.15.9"), row.conf), row.rule) == "");
    CHECK(way_back(core(row.refuses, "2.15.9"), row.rule) == "");
    up.accepted = {row.rule};
    CHECK(way_back(up, row.rule) == "warn");
    auto there = with_conf(core("2.9.1", row.refuses), row.conf);
    there.accepted = {row.rule};
    CHECK(verdict(there, row.rule) == "block");
  }
}

TEST_SUITE_END();
