#include "broker/server/options_reader.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

ConfReport read(const std::string& text, Options& options) {
  ConfReport report;
  const auto conf = contract::parse_conf(text + "\n", "t.conf");
  REQUIRE(conf);
  apply_conf(*conf, options, report);
  return report;
}

std::string mistakes(const std::string& text) {
  Options options;
  std::string lines;
  for (const std::string& line : read(text, options).errors)
    lines += line + "\n";
  return lines;
}

Options good(const std::string& text) {
  Options options;
  for (const std::string& line : read(text, options).errors)
    FAIL_CHECK(line);
  return options;
}

}  // namespace

TEST_SUITE("broker: account options") {
  TEST_CASE("an account's exports, imports, mappings and limits are read in all their forms") {
    const Options options = good(R"(
      accounts {
        A: { exports: [ { stream: "a.>", accounts: [B] }
                        { service: s, response_type: Chunked, threshold: 1s, accounts: [B] }
                        { service: "t.*", latency: { sampling: headers, subject: l } }
                        { stream: "x.*", account_token_position: 2 } ]
             mappings: { a: b, c: [ { dest: d, weight: "40%" }, { destination: e, weight: 5, cluster: X } ] }
             limits: { max_conn: 1, max_subs: 2, max_pay: 3, max_leafs: 4 } }
        B: { imports: [ { stream: { account: A, subject: "a.>" }, prefix: p }
                        { stream: { account: A, subject: "x.B" }, to: y }
                        { service: { account: A, subject: s }, to: z, share: true } ] }
      }
      mappings { g: h }
    )");
    REQUIRE(options.accounts.size() == 3);
    const AccountRules& a = options.accounts[0];
    REQUIRE(a.stream_exports.size() == 2);
    CHECK(a.stream_exports[0].access.accounts == std::vector<std::string>{"B"});
    CHECK(a.stream_exports[1].access.account_position == 2);
    REQUIRE(a.service_exports.size() == 2);
    CHECK(a.service_exports[0].response == ResponseType::chunked);
    CHECK(a.service_exports[0].threshold == std::chrono::seconds(1));
    CHECK(a.service_exports[1].latency == LatencySampling{0, "l"});
    REQUIRE(a.mappings.size() == 2);
    CHECK(a.mappings[0] == Mapping{"a", {{"b", 100}}});
    CHECK(a.mappings[1] == Mapping{"c", {{"d", 40}, {"e", 5, "X"}}});
    CHECK(a.limits == AccountLimits{1, 2, 3, 4});
    const AccountRules& b = options.accounts[1];
    REQUIRE(b.stream_imports.size() == 2);
    CHECK(b.stream_imports[0].prefix == "p");
    CHECK(b.stream_imports[1].to == "y");
    REQUIRE(b.service_imports.size() == 1);
    CHECK(b.service_imports[0].to == "z");
    CHECK(b.service_imports[0].share);
    CHECK(options.accounts[2].name == "$G");
    CHECK(options.accounts[2].mappings == std::vector<Mapping>{{"g", {{"h", 100}}}});
  }

  // Each seen from nats-server 2.10.27 -t.
  TEST_CASE("mistakes in accounts and mappings are told in nats-server's words") {
    const std::pair<const char*, const char*> rows[] = {
        {"accounts { A { exports: 1 } }", "1:15: Exports should be an array, got int64"},
        {"accounts { A { exports: [1 ] } }",
         "1:25: Export Items should be a map with type entry, got int64"},
        {"accounts { A { exports: [{stream: 1}] } }",
         "1:26: Expected stream name to be string, got int64"},
        {"accounts { A { exports: [{service: 1}] } }",
         "1:26: Expected service name to be string, got int64"},
        {"accounts { A { exports: [{service: a, foo: 1}] } }", "1:38: unknown field \"foo\""},
        {"accounts { A { exports: [{service: a, response_type: foo}] } }",
         "1:38: Unknown response type: \"foo\""},
        {"accounts { A { exports: [{service: a, response_type: 1}] } }",
         "1:38: Expected response type to be string, got int64"},
        {"accounts { A { exports: [{service: a, response: single, response_type: stream}] } }",
         "1:56: Duplicate response type definition"},
        {"accounts { A { exports: [{stream: a, response_type: single}] } }",
         "1:37: Detected response directive on non-service"},
        {"accounts { A { exports: [{stream: a, latency: x}] } }",
         "1:37: Detected latency directive on non-service"},
        {"accounts { A { exports: [{stream: a, threshold: 1s}] } }",
         "1:37: Detected response directive on non-service"},
        {"accounts { A { exports: [{service: a, threshold: 1}] } }",
         "1:38: Expected response threshold to be a parseable time duration, got int64"},
        {"accounts { A { exports: [{service: a, threshold: xx}] } }",
         "1:38: Expected response threshold to be a parseable time duration, got \"xx\""},
        {"accounts { A { exports: [{service: a, latency: 1}] } }",
         "1:38: Expected latency entry to be a map/struct or string, got int64"},
        {"accounts { A { exports: [{service: a, latency: {sampling: 5}}] } }",
         "1:38: Latency subject required, but missing"},
        {"accounts { A { exports: [{service: a, latency: {sampling: 500, subject: x}}] } }",
         "1:48: bad sampling percentage, should be 1-100"},
        {"accounts { A { exports: [{service: a, latency: {sampling: abc, subject: x}}] } }",
         "1:48: Failed to parse latency sample: strconv.Atoi: parsing \"abc\": invalid syntax"},
        {"accounts { A { exports: [{service: a, latency: {sampling: true, subject: x}}] } }",
         "1:48: Expected latency sample to be a string or map/struct, got bool"},
        {"accounts { A { exports: [{service: a, latency: {subject: 1}}] } }",
         "1:48: Expected latency subject to be a string, got string"},
        {"accounts { A { exports: [{service: a, latency: a}] } }",
         "1:0: Error adding service latency sampling for \"a\" on subject \"a\": invalid publish "
         "subject"},
        {"accounts { A { exports: [{service: a, latency: \"a.*\"}] } }",
         "1:0: Error adding service latency sampling for \"a\" on subject \"a.*\": invalid publish "
         "subject"},
        {"accounts { A { exports: [{service: a, latency: x, response_type: stream}] } }",
         "1:0: Error adding service latency sampling for \"a\" on subject \"x\": bad service "
         "response type"},
        {"accounts { A { exports: [{service: a, account_token_position: 1}] } }",
         "1:0: Error adding service export \"a\": sublist: invalid subject"},
        {"accounts { A { exports: [{stream: a, account_token_position: 1}] } }",
         "1:0: Error adding stream export \"a\": sublist: invalid subject"},
        {"accounts { A { exports: [{stream: \"a.*\", account_token_position: x}] } }",
         "1:41: interface conversion: interface {} is string, not int64"},
        {"accounts { A { exports: [{stream: a, accounts: [B]}] } }",
         "1:0: \"B\" account not defined for stream export"},
        {"accounts { A { exports: [{service: a, accounts: [B]}] } }",
         "1:0: \"B\" account not defined for service export"},
        {"accounts { A { exports: [{service: a, accounts: B}] } }",
         "1:38: interface conversion: interface {} is string, not []interface {}"},
        {"accounts { A { imports: 1 } }", "1:15: Imports should be an array, got int64"},
        {"accounts { A { imports: [1 ] } }",
         "1:25: Import Items should be a map with type entry, got int64"},
        {"accounts { A { imports: [{stream: 1}] } }",
         "1:26: Stream entry should be an account map, got int64"},
        {"accounts { A { imports: [{service: 1}] } }",
         "1:26: Service entry should be an account map, got int64"},
        {"accounts { A { imports: [{stream: {account: A}}] } }",
         "1:26: Expect an account name and a subject"},
        {"accounts { A { imports: [{stream: {account: A, subject: a, foo: 1}}] } }",
         "1:59: unknown field \"foo\""},
        {"accounts { A { imports: [{stream: {account: B, subject: a}, foo: 1}] } }",
         "1:60: unknown field \"foo\""},
        {"accounts { A { imports: [{stream: {account: B, subject: a}}] } }",
         "1:0: \"B\" account not defined for stream import"},
        {"accounts { A { imports: [{service: {account: B, subject: a}}] } }",
         "1:0: \"B\" account not defined for service import"},
        {"accounts { A { imports: [{stream: {account: B, subject: a}, service: {account: B, "
         "subject: a}}] }, B {} }",
         "1:60: Detected service but already saw a stream"},
        {"accounts { A { imports: [{stream: {account: B, subject: a}}] }, B {} }",
         "1:0: Error adding stream import \"a\": stream import not authorized"},
        {"accounts { A { imports: [{service: {account: B, subject: a}}] }, B {} }",
         "1:0: Error adding service import \"a\": service import not authorized"},
        {"accounts { A { imports: [{stream: {account: B, subject: a}, prefix: \"*\"}] }, B "
         "{exports: [{stream: a}]} }",
         "1:0: Error adding stream import \"a\": stream import prefix can not contain wildcard "
         "tokens"},
        {"accounts { A { imports: [{stream: {account: B, subject: \"a.*\"}, to: \"b\"}] }, B "
         "{exports: [{stream: \"a.*\"}]} }",
         "1:0: Error adding stream import \"a.*\": failed to create mapping transform for stream "
         "import subject from \"a.*\" to \"b\": invalid mapping destination: not using all of the "
         "token wildcard(s) in b"},
        {"accounts { A { imports: [{stream: {account: B, subject: \"a.*\"}, to: \"b.$2\"}] }, B "
         "{exports: [{stream: \"a.*\"}]} }",
         "1:0: Error adding stream import \"a.*\": failed to create mapping transform for stream "
         "import subject from \"a.*\" to \"b.$2\": invalid mapping destination: wildcard index out "
         "of range in $2: [2]"},
        {"accounts { A { imports: [{stream: {account: B, subject: \"a.*\"}, to: "
         "\"b.{{split(1,-)}}\"}] }, B {exports: [{stream: \"a.*\"}]} }",
         "1:0: Error adding stream import \"a.*\": failed to create mapping transform for stream "
         "import subject from \"a.*\" to \"b.{{split(1,-)}}\": invalid mapping destination: the "
         "only mapping function allowed for import transforms is {{Wildcard()}} in {{split(1,-)}}"},
        {"accounts { A { imports: [{stream: {account: B, subject: \"a.*\"}},{stream: {account: B, "
         "subject: \"a.*\"}, to: \"b.*\"}] }, B {exports: [{stream: \"a.*\"}]} }",
         "1:0: Error adding stream import \"a.*\": stream import already exists"},
        {"accounts { A { imports: [{service: {account: B, subject: \"a\"}},{service: {account: B, "
         "subject: \"b\"}, to: a}] }, B {exports: [{service: a},{service: b}]} }",
         "1:107: Duplicate service import subject \"a\", previously used in import for account "
         "\"B\", subject \"a\""},
        {"accounts { A { imports: [{service: {account: B, subject: \"a.*\"}, to: b}] }, B "
         "{exports: [{service: \"a.*\"}]} }",
         "1:0: Error adding service import \"a.*\": failed to create mapping transform for service "
         "import subject from \"b\" to \"a.*\": invalid mapping destination: not using all of the "
         "token wildcard(s) in b"},
        {"accounts { A { imports: [{service: {account: B, subject: \"a.*\"}, to: \"b.$2\"}] }, B "
         "{exports: [{service: \"a.*\"}]} }",
         "1:0: Error adding service import \"a.*\": failed to create mapping transform for service "
         "import subject from \"b.$2\" to \"a.*\": invalid mapping destination: wildcard index out "
         "of range in $2: [2]"},
        {"accounts { A { imports: [{service: {account: B, subject: \"a\"}, to: \"b..c\"}] }, B "
         "{exports: [{service: \"a\"}]} }",
         "1:0: Error adding service import \"a\": sublist: invalid subject"},
        {"accounts { A { exports: [{service: a}], imports: [{service: {account: B, subject: "
         "\"a\"}}] }, B {exports: [{service: a}], imports: [{service: {account: A, subject: a}}]} "
         "}",
         "1:0: Error adding service import \"a\": import forms a cycle"},
        {"accounts { A { exports: [{stream: \"a.>\"}], imports: [{stream: {account: B, subject: "
         "\"b.>\"}, to: \"a.>\"}] }, B {exports: [{stream: \"b.>\"}], imports: [{stream: {account: "
         "A, subject: \"a.>\"}, to: \"b.>\"}]} }",
         "1:0: Error adding stream import \"a.>\": import forms a cycle"},
        {"accounts { A { imports: [{service: {account: B, subject: a}, share: 1}] }, B {exports: "
         "[{service: a}]} }",
         "1:61: interface conversion: interface {} is int64, not bool"},
        {"accounts { A { limits: 1 } }", "1:15: Expected account limits to be a map/struct, got 1"},
        {"accounts { A { limits: {foo: 1} } }",
         "1:24: Unknown field \"foo\" parsing account limits"},
        {"accounts { A { limits: {max_conn: x} } }",
         "1:24: interface conversion: interface {} is string, not int64"},
        {"accounts [A, A]", "1:13: Duplicate Account Entry: A"},
        {"accounts ['$G']", "1:11: \"$G\" is a Reserved Account"},
        {"accounts [1 ]", "1:10: interface conversion: interface {} is int64, not string"},
        {"accounts { A { users: [{user: a, password: b}] } }, authorization { token: x }",
         "1:52: Can not have a token and a users array"},
        {"mappings { a: 1 }", "1:11: Expected an entry for the mapping destination"},
        {"mappings { a: [1 ] }", "1:15: Expected an entry for the mapping destination"},
        {"mappings { a: [{}] }", "1:17: Missing weight for mapping destination \"\""},
        {"mappings { a: [{destination: b}] }",
         "1:31: Missing weight for mapping destination \"b\""},
        {"mappings { a: [{destination: b, weight: x}] }",
         "1:32: Invalid weight \"x\" for mapping destination"},
        {"mappings { a: [{destination: b, weight: 101}] }",
         "1:32: Invalid weight 101 for mapping destination"},
        {"mappings { a: [{destination: b, weight: \"-1%\"}] }",
         "1:32: Invalid weight -1 for mapping destination"},
        {"mappings { a: [{destination: b, weight: true}] }",
         "1:32: Unknown entry type for weight of true"},
        {"mappings { a: [{destination: b, weight: 60},{destination: c, weight: 50}] }",
         "1:11: Error adding mapping for \"a\" : total weight needs to be <= 100"},
        {"mappings { a: [{destination: b, weight: 10},{destination: b, weight: 10}] }",
         "1:11: Error adding mapping for \"a\" : duplicate entry for \"b\""},
        {"mappings { a: [{destination: b, weight: 10, foo: 1}] }",
         "1:44: Unknown field \"foo\" for mapping destination"},
        {"mappings { a: {destination: 1, weight: 10} }",
         "1:11: interface conversion: interface {} is int64, not string"},
        {"mappings { \"a..b\": c }", "1:0: Subject \"a..b\" is not a valid subject"},
        {"mappings { \"a\": \"b..c\" }",
         "1:12: Error adding mapping for \"a\" to \"b..c\" : invalid mapping destination: invalid "
         "subject in"},
        {"mappings { \"a\": \"b.*\" }",
         "1:12: Error adding mapping for \"a\" to \"b.*\" : invalid subject"},
        {"mappings { \"a.*\": \"b.*\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.*\" : invalid subject"},
        {"mappings { \"a.*\": \"b.$2\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.$2\" : invalid mapping destination: "
         "wildcard index out of range in $2: [2]"},
        {"mappings { \"a\": \"b.$1\" }",
         "1:12: Error adding mapping for \"a\" to \"b.$1\" : invalid mapping destination: wildcard "
         "index out of range in $1"},
        {"mappings { \"a.*\": \"b.{{foo(1)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{foo(1)}}\" : invalid mapping "
         "destination: unknown function in {{foo(1)}}"},
        {"mappings { \"a.*\": \"b.{{wildcard()}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{wildcard()}}\" : invalid mapping "
         "destination: not enough arguments passed to the function in {{wildcard()}}"},
        {"mappings { \"a.*\": \"b.{{wildcard(1,2)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{wildcard(1,2)}}\" : invalid mapping "
         "destination: too many arguments passed to the function in {{wildcard(1,2)}}"},
        {"mappings { \"a.*\": \"b.{{wildcard(x)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{wildcard(x)}}\" : invalid mapping "
         "destination: function argument is invalid or in the wrong format in {{wildcard(x)}}"},
        {"mappings { \"a.*\": \"b.{{wildcard(2)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{wildcard(2)}}\" : invalid mapping "
         "destination: wildcard index out of range in {{wildcard(2)}}: [2]"},
        {"mappings { \"a.*\": \"b.{{partition(x,1)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{partition(x,1)}}\" : invalid mapping "
         "destination: function argument is invalid or in the wrong format in {{partition(x,1)}}"},
        {"mappings { \"a.*\": \"b.{{partition(3,2)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{partition(3,2)}}\" : invalid mapping "
         "destination: wildcard index out of range in {{partition(3,2)}}: [2]"},
        {"mappings { \"a.*\": \"b.{{split(1)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{split(1)}}\" : invalid mapping "
         "destination: not enough arguments passed to the function in {{split(1)}}"},
        {"mappings { \"a.*\": \"b.{{split(1,2,3)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{split(1,2,3)}}\" : invalid mapping "
         "destination: too many arguments passed to the function in {{split(1,2,3)}}"},
        {"mappings { \"a.*\": \"b.{{splitfromleft(1,x)}}\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b.{{splitfromleft(1,x)}}\" : invalid mapping "
         "destination: function argument is invalid or in the wrong format in "
         "{{splitfromleft(1,x)}}"},
        {"mappings { \"a.>\": \"b\" }",
         "1:12: Error adding mapping for \"a.>\" to \"b\" : invalid subject"},
        {"mappings { \"a\": \"b.>\" }",
         "1:12: Error adding mapping for \"a\" to \"b.>\" : invalid subject"},
        {"mappings { \"a.*\": \"b c\" }",
         "1:12: Error adding mapping for \"a.*\" to \"b c\" : invalid mapping destination: invalid "
         "subject"},
        {"mappings 1",
         "1:0: interface conversion: interface {} is int64, not map[string]interface {}"},
        {"accounts { A { mappings { a: 1 } } }",
         "1:26: Expected an entry for the mapping destination"},
    };
    for (const auto& [text, says] : rows) {
      CAPTURE(text);
      // A message may end with a blank or a line's end.
      std::string told = mistakes(text);
      while (told.ends_with(' ') || told.ends_with('\n'))
        told.pop_back();
      CHECK(told == "t.conf:" + std::string(says));
    }
  }

  TEST_CASE("functions of newer releases are taken, too") {
    for (const char* to :
         {"b.{{partition(3)}}", "b.{{left(1,2)}}", "b.{{right(1,2)}}", "b.{{random(4)}}"}) {
      CAPTURE(to);
      CHECK(mistakes(std::string("mappings { \"a.*\": \"") + to + "\" }").empty());
    }
  }
}
