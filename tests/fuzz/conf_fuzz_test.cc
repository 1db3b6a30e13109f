#include "contract/conf_parser.h"
#include "contract/conf_writer.h"
#include "tests/fuzz/fuzz.h"

#include <doctest/doctest.h>

namespace {

base::Result<contract::ConfValue> parse(std::string_view text) {
  return contract::parse_conf(text,
                              "/nowhere/a.conf",
                              [](const std::string&) -> std::optional<std::string> { return "v"; });
}

}  // namespace

TEST_SUITE("fuzz: conf") {
  TEST_CASE("a conf is refused with its place, or reads back as it was written") {
    const fuzz::Target target = {
        "conf",
        {"port: 4222\nhost = \"a\"\nserver_name n1\n",
         "cluster { name: c, listen: 127.0.0.1:6222, routes: [ nats://a:1, nats://b:2 ] }\n",
         "{\"a\": [1, 2.5, true, null, \"x\\ty\"], \"b\": {\"c\": -7k}}",
         "A: 5GB\nB: $A\nC: $HOME\nauthorization { users = [ {user: u, password: \"$2a$11$x\"} ] "
         "}\n",
         "# words\nping_interval: \"2m\" // more\nd: 2016-05-04T11:13:05Z\nblock (\n raw text\n "
         ")\n"},
        {"{",
         "}",
         "[",
         "]",
         "(",
         ")",
         "\"",
         "'",
         "\\",
         "\\x4",
         "$",
         "$A",
         ":",
         "=",
         ",",
         ";",
         "#",
         "//",
         "\n",
         "include ",
         "include \"b\"\n",
         "true",
         "off",
         "-",
         "1e9",
         "9223372036854775808",
         "10k",
         "1.",
         ".5",
         "\xff",
         std::string(1, '\0')}};
    fuzz::try_in_depth(target, [](std::string_view input) {
      const auto value = parse(input);
      if (!value) {
        if (value.error().what.empty()) FAIL("no reason: " << std::string(input));
        return;
      }
      if (!value->is(contract::ConfValue::Kind::map)) return;
      const auto written = contract::write_conf(*value);
      const auto again = parse(written);
      if (!again)
        FAIL(again.error().what << " in\n" << written << "made of\n" << std::string(input));
      if (contract::write_conf(*again) != written)
        FAIL("reads back otherwise:\n" << written << "made of\n" << std::string(input));
    });
  }
}
