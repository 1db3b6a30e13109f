#include "base/digest.h"
#include "base/files.h"
#include "tests/natsctl/plan_fixture.h"
#include "tests/support/temp_dir.h"

#include <filesystem>

#include <doctest/doctest.h>

using namespace plan_test;

namespace {

namespace fs = std::filesystem;

// A folder with the plan and all that it names.
struct Cluster {
  support::TempDir folder;
  fs::path binary = folder / "releases" / "2.10.28" / "nats-server";

  Cluster() {
    folder.file("releases/2.10.28/nats-server", "#!/bin/sh\n");
    fs::permissions(binary, fs::perms::owner_all);
  }

  // The problems with the folder's name left out.
  std::string problems_of(const std::string& text) {
    base::Problems problems;
    plan::read_plan(folder.file("plan.yaml", text), problems);
    auto told = base::to_text(problems);
    const auto prefix = folder.path().string() + "/";
    for (auto at = told.find(prefix); at != std::string::npos; at = told.find(prefix))
      told.erase(at, prefix.size());
    return told;
  }
};

}  // namespace

TEST_SUITE("natsctl: files a plan names") {
  TEST_CASE("a plan whose files are all there has no problem") {
    Cluster cluster;
    CHECK(cluster.problems_of(kRight) == "");
  }

  TEST_CASE("a plan that is not there says so") {
    base::Problems problems;
    CHECK_FALSE(plan::read_plan("/nowhere/plan.yaml", problems));
    CHECK(base::to_text(problems) ==
          "/nowhere/plan.yaml: cannot open it: No such file or directory; a plan file is wanted; "
          "`natsctl discover` "
          "writes a first one\n");
  }

  TEST_CASE("a missing program and a missing conf are told together") {
    Cluster cluster;
    fs::remove(cluster.binary);
    CHECK(cluster.problems_of(
              with("monitor: 127.0.0.1:8333", "monitor: 127.0.0.1:8333, config: b.conf")) ==
          "plan.yaml:6:3: release.binary: there is no file releases/2.10.28/nats-server; a "
          "relative path starts at the "
          "plan's folder\n"
          "plan.yaml:9:88: nodes[1].config: there is no file b.conf; a relative path starts at the "
          "plan's folder\n");
  }

  TEST_CASE("a program that cannot be executed is told with the cure") {
    Cluster cluster;
    fs::permissions(cluster.binary, fs::perms::owner_read);
    CHECK(
        cluster.problems_of(kRight) ==
        "plan.yaml:6:3: release.binary: releases/2.10.28/nats-server cannot be executed; chmod +x "
        "releases/2.10.28/nats-server\n");
  }

  TEST_CASE("a program with another digest than the plan's is not taken") {
    Cluster cluster;
    const auto sha256 = [](const std::string& digest) {
      return with("  binary:", "  sha256: " + digest + "\n  binary:");
    };
    CHECK(cluster.problems_of(sha256(base::sha256("#!/bin/sh\n"))) == "");
    CHECK(cluster.problems_of(sha256(std::string(64, 'a'))) ==
          "plan.yaml:6:3: release.sha256: releases/2.10.28/nats-server has another SHA-256: " +
              base::sha256("#!/bin/sh\n") +
              "; this is not the program that was meant, or it is damaged\n");
  }

  TEST_CASE("a folder is no program") {
    Cluster cluster;
    CHECK(cluster.problems_of(with("/nats-server", "")) ==
          "plan.yaml:6:3: release.binary: releases/2.10.28 is not a file; a relative path starts "
          "at the plan's "
          "folder\n");
  }
}
