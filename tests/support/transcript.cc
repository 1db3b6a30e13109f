#include "tests/support/transcript.h"

#include "base/text.h"
#include "contract/version.h"
#include "tests/support/mint.h"
#include "tests/support/ports.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire.h"

#include <csignal>
#include <fstream>
#include <regex>

namespace support {

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// "\r\n" and friends as the bytes they stand for.
std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r':
        bytes += '\r';
        break;
      case 'n':
        bytes += '\n';
        break;
      case 't':
        bytes += '\t';
        break;
      case 'x':
        bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default:
        bytes += text[i];
    }
  }
  return bytes;
}

// Whether `said` has at least what `wanted` has; see "INFO" in the header.
bool has_fields(const base::Json& said, const base::Json& wanted) {
  if (wanted.is_array() && said.is_array()) {
    const auto& mine = said.items();
    const auto& theirs = wanted.items();
    return std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), has_fields);
  }
  if (!wanted.is_object()) return wanted.text() == "*" || said == wanted;
  for (const auto& [name, value] : wanted.fields()) {
    const base::Json* found = said.find(name);
    if (value.is_null() ? found != nullptr : found == nullptr || !has_fields(*found, value))
      return false;
  }
  return true;
}

bool matches(const std::string& said, const std::string& wanted) {
  if (const auto at = wanted.find(" <or> "); at != std::string::npos) {
    return matches(said, wanted.substr(0, at)) || matches(said, wanted.substr(at + 6));
  }
  if (wanted.size() > 1 && wanted.starts_with('/') && wanted.ends_with('/')) {
    return std::regex_match(said, std::regex(wanted.substr(1, wanted.size() - 2)));
  }
  if (wanted.starts_with("INFO {") && said.starts_with("INFO {")) {
    const auto fields = base::Json::parse(wanted.substr(5));
    if (!fields) throw WireError("the transcript's own INFO: " + fields.error().what);
    const auto info = base::Json::parse(said.substr(5));
    return info && has_fields(*info, *fields);
  }
  if (wanted.starts_with('{') && wanted.size() > 1) {
    const auto fields = base::Json::parse(wanted);
    if (!fields) throw WireError("the transcript's own JSON: " + fields.error().what);
    const auto json = base::Json::parse(said);
    return json && has_fields(*json, *fields);
  }
  return said == wanted;
}

int signal_number(const std::string& name) {
  static const std::map<std::string, int> numbers = {
      {"INT", SIGINT}, {"TERM", SIGTERM}, {"HUP", SIGHUP}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};
  return numbers.at(name);
}

// "[>=2.12] " at the beginning of a line: what follows holds for those releases only.
bool take_condition(std::string& line, const std::string& release) {
  static const std::regex form(R"(\[(>=|<)(\d+\.\d+)\]\s*(.*))");
  std::smatch parts;
  if (!std::regex_match(line, parts, form)) return true;
  const auto mine = contract::Version::parse(release);
  const auto bound = contract::Version::parse(parts[2].str() + ".0");
  const bool holds = mine && bound && (parts[1] == "<" ? *mine < *bound : !(*mine < *bound));
  line = parts[3].str();
  return holds;
}

// One server and those who talk to it.
class Stage {
 public:
  explicit Stage(const Release& release) : release_(release) {}

  void define(const std::string& line) {
    if (!mint_.define(line)) throw WireError("no line of a transcript: " + line);
  }

  void end_scene() { people_.clear(); }

  void new_server(const std::string& conf) {
    people_.clear();
    server_.reset();
    ServerSettings settings;
    settings.release = release_;
    settings.port = free_port();
    if (conf.find("@cluster@") != std::string::npos) settings.cluster_port = free_port();
    doors_ = {{"", settings.port}, {"@cluster", settings.cluster_port}};
    for (const std::string door : {"@gateway", "@leaf"}) {
      if (conf.find(door + "@") != std::string::npos) doors_[door] = free_port();
    }
    door_.reset();
    if (conf.find("@far@") != std::string::npos) door_.emplace();
    folder_.emplace();
    places_ = {{"@client@", std::to_string(settings.port)},
               {"@far@", std::to_string(door_ ? door_->port() : 0)},
               {"@folder@", folder_->path().string()}};
    for (const auto& [door, port] : doors_)
      if (!door.empty()) places_[door + "@"] = std::to_string(port);
    settings.conf = filled(conf);
    server_.emplace(std::move(settings));
  }

  void act(const std::string& line) {
    static const std::regex form(
        R"((\w+)(@cluster|@gateway|@leaf|@far)?(>\||>|<\*|<!|<log|<) ?(.*))");
    std::smatch parts;
    if (!std::regex_match(line, parts, form)) throw WireError("no line of a transcript: " + line);
    if (!server_) new_server("");
    const std::string name = parts[1];
    const std::string verb = parts[3];
    if (name == "server") return tell_server(verb, filled(parts[4]));
    Wire& wire = person(name, parts[2], verb.starts_with('>'));
    const std::string text = filled(parts[4], nonces_[name]);  // now that INFO was heard
    if (verb == ">") return wire.send(text);
    if (verb == ">|") return wire.send_raw(unescaped(text));
    if (verb == "<!") {
      if (const auto more = hear(wire, text))
        throw WireError("expected the end, got '" + *more + "'");
      return;
    }
    remember_nonce(name, expect(wire, text, verb == "<*"));
  }

 private:
  // With ports, keys and JWTs in the place of their names.
  std::string filled(std::string text, const std::string& nonce = {}) const {
    for (const auto& [name, place] : places_)
      text = replaced(std::move(text), name, place);
    return mint_.filled(text, nonce);
  }

  void remember_nonce(const std::string& name, const std::string& line) {
    if (!line.starts_with("INFO ")) return;
    const auto info = base::Json::parse(line.substr(5));
    if (info && info->find("nonce") != nullptr) nonces_[name] = (*info)["nonce"].text();
  }

  Wire meet(const std::string& place) {
    return place == "@far" ? door_.value().accept() : Wire(doors_.at(place));
  }

  Wire& person(const std::string& name, const std::string& place, bool speaks_first) {
    const auto known = people_.find(name);
    if (known != people_.end()) return known->second;
    Wire& wire = people_.emplace(name, meet(place)).first->second;
    if (speaks_first && place != "@far") nonces_[name] = wire.info()["nonce"].text();
    return wire;
  }

  static std::optional<std::string> hear(Wire& wire, const std::string& wanted) {
    while (true) {
      auto said = wire.next();
      if (said != "PING" || wanted == "PING") return said;
      wire.send("PONG");
    }
  }

  // Returns what was heard.
  static std::string expect(Wire& wire, const std::string& wanted, bool skip) {
    std::string last;
    while (true) {
      const auto said = hear(wire, wanted);
      if (!said)
        throw WireError("expected '" + wanted + "', but the server has closed; before: '" + last +
                        "'");
      if (matches(*said, wanted)) return *said;
      if (!skip) throw WireError("expected '" + wanted + "', got '" + *said + "'");
      last = *said;
    }
  }

  void tell_server(const std::string& verb, const std::string& text) {
    if (verb == ">") return server_->signal(signal_number(text));
    if (verb == "<log") return server_->wait_for_log(text);
    const int code = server_->wait_for_exit(std::chrono::seconds(45));
    if ("exit " + std::to_string(code) != text)
      throw WireError("expected '" + text + "', got exit " + std::to_string(code));
  }

  const Release& release_;
  std::optional<ServerProcess> server_;
  std::map<std::string, Wire> people_;
  std::map<std::string, std::string> places_;
  std::optional<WireDoor> door_;      // of ours, for the server to dial
  std::map<std::string, int> doors_;  // "@cluster" to its port; "" is the clients'
  std::optional<TempDir> folder_;     // the server's
  std::map<std::string, std::string> nonces_;
  Mint mint_;
};

struct Scene {
  struct Line {
    int number;
    std::string text;
  };

  std::string title;
  std::vector<std::string> definitions;
  std::string conf;
  std::vector<Line> lines;
};

// A blank line ends a scene.
std::vector<Scene> read_scenes(const std::filesystem::path& file, const std::string& release) {
  std::vector<Scene> scenes(1);
  bool holds = true;
  std::ifstream input(file);
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    Scene& scene = scenes.back();
    if (line.empty()) {
      if (!holds) scenes.pop_back();
      scenes.emplace_back();
      holds = true;
    } else if (line.starts_with('#')) {
      if (scene.title.empty()) scene.title = line.substr(1);
    } else if (const bool here = take_condition(line, release); line.empty()) {
      holds = here;
    } else if (here && line.starts_with("conf|")) {
      scene.conf += line.substr(5) + "\n";
    } else if (here && (line.starts_with("key|") || line.starts_with("jwt"))) {
      scene.definitions.push_back(line);
    } else if (here) {
      scene.lines.push_back({number, line});
    }
  }
  if (!holds) scenes.pop_back();
  return scenes;
}

}  // namespace

std::vector<std::string> play(const std::filesystem::path& transcript, const Release& release) {
  std::vector<std::string> failures;
  Stage stage(release);
  for (const Scene& scene : read_scenes(transcript, release.version)) {
    std::string where = transcript.filename();
    try {
      for (const std::string& line : scene.definitions)
        stage.define(line);
      if (!scene.conf.empty()) stage.new_server(scene.conf);
      for (const auto& [number, text] : scene.lines) {
        where = transcript.filename().string() + ":" + std::to_string(number);
        stage.act(text);
      }
    } catch (const std::exception& error) {
      failures.push_back(where + ":" + scene.title + ": " + error.what());
    }
    stage.end_scene();
  }
  return failures;
}

}  // namespace support
