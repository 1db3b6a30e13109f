#include "contract/conf_parser.h"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

using contract::ConfValue;
using Kind = contract::ConfValue::Kind;

namespace {

const contract::Environment kNoEnvironment = [](const std::string&) { return std::nullopt; };

// The tree of a text that must be right.
ConfValue tree(const std::string& text, const contract::Environment& env = kNoEnvironment) {
  auto parsed = contract::parse_conf(text, "t.conf", env);
  INFO(text);
  if (!parsed) FAIL_CHECK(parsed.error().what);
  return parsed ? *parsed : ConfValue();
}

// The mistake in a text that must be wrong.
std::string mistake(const std::string& text, const contract::Environment& env = kNoEnvironment) {
  auto parsed = contract::parse_conf(text, "t.conf", env);
  return parsed ? "no mistake" : parsed.error().what;
}

std::int64_t number(const std::string& text) {
  const ConfValue conf = tree("x: " + text + "\n");
  CAPTURE(text);
  REQUIRE(conf.find("x"));
  CHECK(conf.find("x")->is(Kind::integer));
  return conf.find("x")->as_integer();
}

std::string text_of(const std::string& text) {
  const ConfValue conf = tree("x: " + text + "\n");
  CAPTURE(text);
  REQUIRE(conf.find("x"));
  CHECK(conf.find("x")->is(Kind::text));
  return conf.find("x")->as_text();
}

// A folder with files for includes, gone with the test.
struct Folder {
  Folder() {
    char name[] = "/tmp/conf_test_XXXXXX";
    path = mkdtemp(name);
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() { std::filesystem::remove_all(path); }

  std::filesystem::path file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
    return path / name;
  }

  std::filesystem::path path;
};

}  // namespace

TEST_SUITE("contract: conf parser") {
  TEST_CASE("a key and its value are parted by '=', ':' or a blank") {
    for (const char* text : {"a = 1",
                             "a: 1",
                             "a 1",
                             "a:1",
                             "a=1",
                             "a\n1",
                             "{a: 1}",
                             "{\"a\": 1}",
                             "'a' 1;",
                             "a: 1, ",
                             "a: 1 # c",
                             "# c\na: 1 // c",
                             "{\n a: 1\n}\n"}) {
      CHECK(tree(text) == tree("a: 1"));
    }
    CHECK(tree("a: 1, b: 2; c: 3\nd 4").fields().size() == 4);
  }

  TEST_CASE("whole numbers may carry a unit") {
    CHECK(number("0") == 0);
    CHECK(number("-17") == -17);
    CHECK(number("2k") == 2000);
    CHECK(number("2KB") == 2048);
    CHECK(number("2ki") == 2048);
    CHECK(number("2KiB") == 2048);
    CHECK(number("64MB") == 67108864);
    CHECK(number("1m") == 1000000);
    CHECK(number("1g") == 1000000000);
    CHECK(number("1TiB") == 1099511627776);
    CHECK(number("1e") == 1000000000000000000);
  }

  TEST_CASE("what begins with a digit and is no number is text") {
    for (const char* text :
         {"2s", "1m30s", "127.0.0.1:4222", "1.2.3", "10.0.0.1", "5x-y", "1kbb"}) {
      CHECK(text_of(text) == text);
    }
  }

  TEST_CASE("fractions, booleans and dates have kinds of their own") {
    const ConfValue conf =
        tree("a: 1.5, b: on, c: FALSE, d: 2020-01-02T03:04:05Z, e: -0.25, f: Yes");
    CHECK(conf.find("a")->as_real() == 1.5);
    CHECK(conf.find("b")->as_boolean());
    CHECK(conf.find("c")->is(Kind::boolean));
    CHECK_FALSE(conf.find("c")->as_boolean());
    CHECK(conf.find("d")->is(Kind::time));
    CHECK(conf.find("e")->as_real() == -0.25);
    CHECK(conf.find("f")->as_boolean());
    CHECK(text_of("'true'") == "true");
  }

  TEST_CASE("text comes bare, quoted, escaped or as a block") {
    CHECK(text_of("abc.>") == "abc.>");
    CHECK(text_of("nats://a:b@c:1#d//e") == "nats://a:b@c:1#d//e");
    CHECK(text_of("'a\\n\"b'") == "a\\n\"b");
    CHECK(text_of("\"a\\t\\x41\\\"\\\\\"") == "a\tA\"\\");
    CHECK(text_of("a\\x41") == "aA");
    CHECK(text_of("(\nline (1)\n  line 2\n)") == "\nline (1)\n  line 2\n");
    CHECK(text_of("$2a$11$abc") == "$2a$11$abc");
  }

  TEST_CASE("lists and maps nest, with commas or lines between") {
    const ConfValue conf = tree(R"(
      users = [
        {user: a, pass: b}
        {user: c, permissions: {publish: ["x", 'y.*',] }}, # last
      ]
      numbers: [1,2, 3]
      empty: []
      none {}
    )");
    REQUIRE(conf.find("users"));
    REQUIRE(conf.find("users")->items().size() == 2);
    const ConfValue& second = conf.find("users")->items()[1];
    CHECK(second.find("permissions")->find("publish")->items()[1].as_text() == "y.*");
    CHECK(conf.find("numbers")->items()[2].as_integer() == 3);
    CHECK(conf.find("empty")->items().empty());
    CHECK(conf.find("none")->is(Kind::map));
  }

  TEST_CASE("keys are found whatever their case, and the last of twins counts") {
    const ConfValue conf = tree("Port: 1\nPort: 2\n");
    CHECK(conf.find("PORT")->as_integer() == 2);
    CHECK(conf.fields().size() == 1);
  }

  TEST_CASE("values know where they stand, as nats-server counts it") {
    const ConfValue conf = tree("a: 1\n  b: 2\n'c': [\n  x\n]\nd { e: 1 }\n");
    CHECK(conf.find("a")->place().text() == "t.conf:1:0");
    CHECK(conf.find("b")->place().text() == "t.conf:2:3");
    CHECK(conf.find("c")->place().text() == "t.conf:3:2");
    CHECK(conf.find("c")->items()[0].place().text() == "t.conf:4:3");
    CHECK(conf.find("d")->find("e")->place().text() == "t.conf:6:5");
  }

  TEST_CASE("a variable is a key read before, from the nearest map outwards, or the environment") {
    const contract::Environment env = [](const std::string& name) -> std::optional<std::string> {
      if (name == "PORT") return "4333";
      if (name == "LIST") return "[a, b]";
      if (name == "SAME") return "outside";
      if (name == "LOOP") return "$LOOP";
      if (name == "BROKEN") return "{";
      return std::nullopt;
    };
    const ConfValue conf = tree(
        "SAME: top\nport: $PORT\nlist: $LIST\nm { SAME: inner, v: $SAME, n { v: $SAME } }\nw: "
        "$SAME",
        env);
    CHECK(conf.find("port")->as_integer() == 4333);
    CHECK(conf.find("list")->items().size() == 2);
    CHECK(conf.find("m")->find("v")->as_text() == "inner");
    CHECK(conf.find("m")->find("n")->find("v")->as_text() == "inner");
    CHECK(conf.find("w")->as_text() == "top");
    CHECK(conf.fields()[0].used_as_variable);
    CHECK_FALSE(conf.fields()[1].used_as_variable);

    CHECK(mistake("\nx: $NOPE\n", env) ==
          "variable reference for 'NOPE' on line 2 can not be found");
    CHECK(mistake("X: $X\n", env) == "variable reference for 'X' on line 1 can not be found");
    CHECK(mistake("x: $BROKEN\n", env) ==
          "variable reference for 'BROKEN' on line 1 could not be parsed: "
          "Parse error on line 1: 'Unexpected EOF processing map.'");
    CHECK(mistake("x: $LOOP\n", env).find("variable reference cycle for 'LOOP'") !=
          std::string::npos);
  }

  TEST_CASE(
      "an included file stands where its line stands, relative to the file that includes it") {
    const Folder folder;
    folder.file("sub/users.conf", "users: [a]\ninclude deeper.conf\n");
    folder.file("sub/deeper.conf", "deep: yes\n");
    const auto file = folder.file(
        "main.conf", "include 'sub/users.conf'\nm { include \"sub/deeper.conf\"; x: 1 }\n");
    const auto conf = contract::read_conf(file);
    REQUIRE(conf);
    CHECK(conf->find("users")->items().size() == 1);
    CHECK(conf->find("deep")->as_boolean());
    CHECK(conf->find("m")->find("deep")->as_boolean());
    CHECK(conf->find("deep")->place().text() ==
          (folder.path / "sub/deeper.conf").string() + ":1:0");

    const auto missing = contract::read_conf(folder.file("b.conf", "include no.conf\n"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what == "error parsing include file 'no.conf', open " +
                                      (folder.path / "no.conf").string() +
                                      ": no such file or directory");
    CHECK(contract::read_conf(folder.path / "x").error().what ==
          "open " + (folder.path / "x").string() + ": no such file or directory");
  }

  TEST_CASE("a file that includes itself is refused") {
    const Folder folder;
    CHECK_FALSE(contract::read_conf(folder.file("a.conf", "include a.conf\n")));
    CHECK_FALSE(contract::parse_conf(std::string(100000, '[').insert(0, "a: "), "t.conf"));
  }

  // Each text seen from nats-server 2.10.27 -t.
  TEST_CASE("mistakes are told in nats-server's words") {
    const std::string end(1, '\0');
    const std::string top =
        "Expected a top-level value to end with a new line, comment or EOF, but got '";
    const std::string map =
        "Expected a map value terminator \",\" or a map terminator \"}\", but got '";
    const std::string list =
        "Expected an array value terminator \",\" or an array terminator \"]\", but got '";

    struct Row {
      std::string text;
      int line;
      std::string says;
    };

    const Row rows[] = {
        {"cluster {\n", 2, "Unexpected EOF processing map."},
        {"a: {\n  foo\n", 3, map + end + "' instead."},
        {"cluster {name: x} foo: 1\n", 1, top + "f' instead."},
        {"port = = 3\n", 1, top + "3' instead."},
        {"port: # x\n", 1, top + "x' instead."},
        {"port: ]\n", 1, top + "]' instead."},
        {"name: it's\n", 1, top + "s' instead."},
        {"name: a b\n", 1, top + "b' instead."},
        {"ping: 2.5s\n", 1, top + "s' instead."},
        {"= 3\n", 1, "Unexpected key separator '='"},
        {"cluster { : 3 }\n", 1, "Unexpected key separator ':'."},
        {"cluster { name: , }\n", 1, "Unexpected map value terminator \",\"."},
        {"cluster { ] }\n", 1, "Unexpected array end ']' processing map."},
        {"cluster { foo", 1, "Unexpected EOF processing map key."},
        {"cluster { 'foo", 1, "Unexpected EOF processing quoted map key."},
        {"cluster { \"foo", 1, "Unexpected EOF processing double quoted map key."},
        {"'foo", 1, "Unexpected EOF."},
        {"a { b: 1 c: 2 }", 1, map + "c' instead."},
        {"port:\n", 2, "Expected value but found new line"},
        {"port: .5\n", 1, "Floats must start with a digit"},
        {"port: -.5\n", 1, "Floats must start with a digit, not '.'."},
        {"port: -x\n", 1, "Expected a digit but got 'x'."},
        {"port: 1.x\n", 1, "Floats must have a digit after the '.', but got 'x' instead."},
        {"port: 12-3\n", 1, "All ISO8601 dates must be in full Zulu form."},
        {"port: 2020-13\n", 2, "Expected '-' in ISO8601 datetime, but found '\\n' instead."},
        {"port: 2020-1x\n", 1, "Expected digit in ISO8601 datetime, but found 'x' instead."},
        {"name: \"a\n", 2, "Unexpected EOF."},
        {"name: 'a\n", 2, "Unexpected EOF."},
        {"name: (\nabc\n", 3, "Unexpected EOF processing block."},
        {"name: \"a\\q\"\n",
         1,
         "Invalid escape character 'q'. Only the following escape characters are allowed: "
         "\\xXX, \\t, \\n, \\r, \\\", \\\\."},
        {"name: \"a\\xzz\"\n", 1, "Expected two hexadecimal digits after '\\x', but got 'zz'"},
        {"name: \"a\\x4\n\"\n",
         2,
         "Expected two hexadecimal digits after '\\x', but hit end of line"},
        {"tags: [1 2]\n", 1, list + "2' instead."},
        {"tags: [,]\n", 1, "Unexpected array value terminator ','."},
        {"tags: [\n", 2, list + end + "' instead."},
        {"tags: [a,,b]\n", 1, "Unexpected array value terminator ','."},
        {"tags: [a; b]\n", 1, list + ";' instead."},
        {"include\n", 2, "Expected include value but found new line"},
        {"include \"x\n", 2, "Unexpected EOF in double quoted include"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(mistake(row.text) ==
            "Parse error on line " + std::to_string(row.line) + ": '" + row.says + "'");
    }
    CHECK(mistake("port") == "config is invalid (t.conf:1:4)");
    CHECK(mistake("port: 99999999999999999999\n") ==
          "integer '99999999999999999999' is out of the range");
  }
}
