#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

#include <cstdio>

#include <doctest/doctest.h>
#include <sys/wait.h>

using support::Release;

namespace {

struct Ended {
  int code = -1;
  std::string out = {};  // stdout and stderr
};

// Runs the broker in a folder until it ends by itself.
Ended run(const support::TempDir& folder, const std::string& arguments) {
  const std::string command = "cd " + folder.path().string() + " && ( timeout 20 " +
                              Release::broker().binary.string() + " " + arguments + " ) 2>&1";
  Ended ended;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char part[4096];
  for (std::size_t got = 0; (got = fread(part, 1, sizeof part, pipe)) > 0;)
    ended.out.append(part, got);
  const int status = pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return ended;
}

struct Row {
  const char* arguments;
  int code;
  std::string says;  // the output begins with it
};

void check(const support::TempDir& folder, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    const Ended ended = run(folder, row.arguments);
    CHECK(ended.code == row.code);
    CHECK(ended.out.substr(0, row.says.size()) == row.says);
  }
}

}  // namespace

// Codes and texts of each row were seen from nats-server 2.10.27.
TEST_SUITE("broker: program") {
  TEST_CASE("questions are answered with 0, mistakes end as nats-server's do") {
    const support::TempDir folder;
    const std::string version = "nats-server: v" + Release::broker().version + "\n";
    check(folder,
          {{"-v", 0, version},
           {"version", 0, version},
           {"-h", 0, "\nUsage: nats-server [options]"},
           {"bogus", 1, "nats-server: unrecognized command: \"bogus\"\n"},
           {"-nosuchflag 2>&1 >usage", 0, "flag provided but not defined: -nosuchflag\n"},
           {"-p abc 2>&1 >usage", 0, "invalid value \"abc\" for flag -p: parse error\n"},
           {"-t",
            1,
            "nats-server: must specify [-c, --config] option to check configuration file syntax\n"},
           {"-c nosuch.conf", 1, "nats-server: open nosuch.conf: no such file or directory\n"},
           {"--routes nats://127.0.0.1:1",
            1,
            "nats-server: solicited routes require cluster capabilities, e.g. --cluster\n"},
           {"-P no/folder/x -p -1 -T=false 2>&1 | grep -o 'FTL.*'",
            0,
            "FTL] Could not write pidfile: open no/folder/x: no such file or directory\n"},
           {"-l no/folder/x -p -1",
            1,
            "error opening file: open no/folder/x: no such file or directory\n"},
           {"--signal stop=abc", 1, "nats-server: invalid pid: abc\n"},
           {"--signal stop=999999", 1, "nats-server: \nsignal \"stop\" 999999: no such process\n"},
           {"--signal=reload=x=y", 1, "nats-server: invalid signal parameters: [y]\n"}});
  }

  TEST_CASE("-t tells every mistake of a file") {
    const support::TempDir folder;
    folder.file("ok.conf", "port: 4222\n");
    folder.file("bad.conf", "port: 4222\nfoo: 1\n  bar: 2\n");
    folder.file("map.conf", "cluster {\n");
    folder.file("empty.conf", "# nothing\n");
    folder.file("warned.conf", "ping_interval: 2\n");
    folder.file("tls.conf", "tls { cert_file: a, key_file: b }\n");
    check(folder,
          {{"-t -c ok.conf", 0, "nats-server: configuration file ok.conf is valid\n"},
           {"-t -c bad.conf",
            1,
            "nats-server: bad.conf:2:1: unknown field \"foo\"\nbad.conf:3:3: unknown field "
            "\"bar\"\n\n"},
           {"-t -c map.conf",
            1,
            "nats-server: Parse error on line 2: 'Unexpected EOF processing map.'\n"},
           {"-t -c empty.conf", 1, "nats-server: empty.conf: config has no values or is empty\n\n"},
           {"-t -c warned.conf",
            1,
            "nats-server: warned.conf:1:0: invalid use of field \"ping_interval\": ping_interval "
            "should be converted to a duration\n\n"},
           {"-t -c tls.conf",
            1,
            "nats-server: tls.conf:1:0: error parsing X509 certificate/key pair: open a: no such "
            "file "
            "or directory\n\n"}});
  }

  TEST_CASE("a signal reaches a server by pid and by pid file") {
    support::ServerSettings settings;
    const support::TempDir folder;
    settings.arguments = {"-P", (folder / "a.pid").string()};
    support::ServerProcess server(std::move(settings));
    CHECK(run(folder, "--signal reopen=" + std::to_string(server.pid())).code == 0);
    server.wait_for_log("File log re-open ignored, not a file logger");
    CHECK(run(folder, "--signal quit=a.pid").code == 0);
    CHECK(server.wait_for_exit() == 0);
  }
}
