// The architecture, as a test: folders include only those listed before them and depended on in
// CMake, each library comes in through one door, files stay small enough to read in one sitting.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

// Reading from the left to the right is reading the data's way: a folder includes only folders
// before it.
const Names kNatsctl = {"base",
                        "contract",
                        "rules",
                        "plan",
                        "playbook",
                        "exec",
                        "watch",
                        "gates",
                        "actions",
                        "run",
                        "report",
                        "cli"};
const Names kBroker = {"base",
                       "contract",
                       "broker/net",
                       "broker/websocket",
                       "broker/s2",
                       "broker/protocol",
                       "broker/subjects",
                       "broker/claims",
                       "broker/accounts",
                       "broker/exchange",
                       "broker/sessions",
                       "broker/cluster",
                       "broker/gateway",
                       "broker/leaf",
                       "broker/server",
                       "broker/monitor",
                       "broker/system",
                       "broker/main"};

// Headers of a library, and the files that may include them.
struct Door {
  std::string library;
  std::regex header;
  Names files;  // beginnings of paths from the repository
};

const std::vector<Door>& doors() {
  static const std::vector<Door> rows = {
      {"yaml-cpp", std::regex("yaml-cpp/.*"), {"src/base/yaml.cc"}},
      {"Boost.JSON", std::regex("boost/json.*"), {"src/base/json.cc"}},
      {"spdlog", std::regex("spdlog/.*"), {"src/base/log.cc"}},
      {"OpenSSL",
       std::regex("openssl/.*"),
       {"src/base/digest.cc", "src/base/ed25519.cc", "broker/net/tls_"}},
      {"Asio", std::regex("boost/asio.*"), {"broker/net/"}},
      {"Boost.Process", std::regex("boost/process.*"), {"src/exec/process.cc"}},
      {"cpp-httplib",
       std::regex("httplib.*"),
       {"src/watch/monitor_client.cc",
        "src/exec/engine.cc",
        "broker/monitor/monitor.cc",
        "broker/server/url_resolver.cc"}},
      {"libnats",
       std::regex("nats/.*|nats\\.h"),
       {"src/watch/traffic_probe.cc", "src/watch/nats_connection."}},
      {"CLI11", std::regex("CLI/.*"), {"src/cli/", "broker/main/flags.cc"}},
      {"zlib", std::regex("zlib\\.h"), {"broker/websocket/deflate.cc"}},
      {"bcrypt", std::regex("crypt\\.h"), {"broker/accounts/password.cc"}},
  };
  return rows;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> sources(const fs::path& below) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(below)) {
    const auto ending = entry.path().extension();
    if (entry.is_regular_file() && (ending == ".h" || ending == ".cc"))
      files.push_back(entry.path());
  }
  return files;
}

// What a file includes, as written: "base/text.h" or <vector>.
Names includes_of(const fs::path& file) {
  static const std::regex line("#include [\"<]([^\">]+)[\">]");
  Names names;
  const auto text = text_of(file);
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at)
    names.push_back((*at)[1]);
  return names;
}

fs::path path_of(const std::string& folder) {
  return fs::path(PROJECT_ROOT) / (folder.starts_with("broker/") ? "" : "src") / folder;
}

bool is_ours(const std::string& folder) {
  const auto known = [&](const Names& names) {
    return std::find(names.begin(), names.end(), folder) != names.end();
  };
  return known(kNatsctl) || known(kBroker);
}

// "broker/net" of "broker/net/mailbox.h".
std::string folder_of(const std::string& include) {
  return fs::path(include).parent_path().string();
}

// The folders that module(NAME DEPENDS …) or add_executable name, with those that they name in
// turn.
std::set<std::string> dependencies(const std::string& folder) {
  auto text = text_of(path_of(folder) / "CMakeLists.txt");
  text = std::regex_replace(text, std::regex("#[^\n]*"), "");
  std::set<std::string> found;
  static const std::regex word("[A-Za-z_0-9]+");
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) {
    auto name = at->str();
    if (name.starts_with("broker_")) name = "broker/" + name.substr(7);
    if (name == folder || !is_ours(name) || !found.insert(name).second) continue;
    found.merge(dependencies(name));
  }
  return found;
}

void check_order(const Names& folders) {
  std::set<std::string> before;
  for (const auto& folder : folders) {
    const auto linked = dependencies(folder);
    for (const auto& file : sources(path_of(folder))) {
      for (const auto& include : includes_of(file)) {
        const auto included = folder_of(include);
        if (!is_ours(included) || included == folder) continue;
        CAPTURE(file.string());
        CAPTURE(include);
        CHECK_MESSAGE(before.contains(included),
                      "this folder is listed later, or belongs to the other program");
        CHECK_MESSAGE(linked.contains(included), "CMake does not link what is included");
      }
    }
    before.insert(folder);
  }
}

}  // namespace

TEST_SUITE("architecture") {
  TEST_CASE("every folder of natsctl includes only folders listed before it") {
    check_order(kNatsctl);
  }

  TEST_CASE("every folder of nats-broker includes only folders listed before it") {
    check_order(kBroker);
  }

  TEST_CASE("every folder of sources is in the lists") {
    for (const auto* top : {"src", "broker"}) {
      for (const auto& entry : fs::directory_iterator(fs::path(PROJECT_ROOT) / top)) {
        if (!entry.is_directory()) continue;
        const auto name = entry.path().filename().string();
        CAPTURE(name);
        CHECK(is_ours(std::string(top) == "src" ? name : "broker/" + name));
      }
    }
  }

  TEST_CASE("every library comes in through its one door") {
    for (const auto* top : {"src", "broker"}) {
      for (const auto& file : sources(fs::path(PROJECT_ROOT) / top)) {
        const auto path = fs::relative(file, PROJECT_ROOT).string();
        for (const auto& include : includes_of(file)) {
          for (const auto& door : doors()) {
            if (!std::regex_match(include, door.header)) continue;
            const bool may =
                std::any_of(door.files.begin(), door.files.end(), [&](const std::string& allowed) {
                  return path.starts_with(allowed);
                });
            CAPTURE(path);
            CHECK_MESSAGE(may, door.library << " is included outside of its door");
          }
        }
      }
    }
  }

  TEST_CASE("no header opens the door of a library") {
    for (const auto* top : {"src", "broker"}) {
      for (const auto& file : sources(fs::path(PROJECT_ROOT) / top)) {
        if (file.extension() != ".h" || file.string().find("broker/net/") != std::string::npos)
          continue;
        for (const auto& include : includes_of(file)) {
          for (const auto& door : doors()) {
            CAPTURE(file.string());
            CHECK_FALSE(std::regex_match(include, door.header));
          }
        }
      }
    }
  }

  TEST_CASE("no file is longer than 400 lines") {
    for (const auto* top : {"src", "broker", "tests", "playbooks", "examples"}) {
      for (const auto& file : sources(fs::path(PROJECT_ROOT) / top)) {
        const auto text = text_of(file);
        CAPTURE(file.string());
        CHECK(std::count(text.begin(), text.end(), '\n') <= 400);
      }
    }
  }

  TEST_CASE("every header is included once and is whole: it starts with #pragma once") {
    for (const auto* top : {"src", "broker", "tests"}) {
      for (const auto& file : sources(fs::path(PROJECT_ROOT) / top)) {
        if (file.extension() != ".h") continue;
        CAPTURE(file.string());
        CHECK(text_of(file).starts_with("#pragma once\n"));
      }
    }
  }

  TEST_CASE("no title of a test has a semicolon, which is two titles for CMake") {
    static const std::regex title(R"re(TEST_CASE\(\s*"[^"]*;)re");
    for (const auto& file : sources(fs::path(PROJECT_ROOT) / "tests")) {
      CAPTURE(file.string());
      CHECK_FALSE(std::regex_search(text_of(file), title));
    }
  }
}
