#include "contract/server_info.h"

#include <doctest/doctest.h>

using namespace contract;

TEST_SUITE("contract: server info") {
  TEST_CASE("INFO is written in the order nats-server writes it, without what is not set") {
    ServerInfo info;
    info.server_id = "NABC";
    info.server_name = "a";
    info.version = "2.10.27";
    info.proto = 1;
    info.host = "0.0.0.0";
    info.port = 4222;
    info.headers = true;
    info.max_payload = 1048576;
    info.client_id = 5;
    info.client_ip = "127.0.0.1";
    CHECK(to_json(info).dump() ==
          R"({"server_id":"NABC","server_name":"a","version":"2.10.27","proto":1,"go":"",)"
          R"("host":"0.0.0.0","port":4222,"headers":true,"max_payload":1048576,"client_id":5,)"
          R"("client_ip":"127.0.0.1"})");
    info.auth_required = true;
    info.cluster = "C";
    info.connect_urls = {"h:1", "h:2"};
    info.lame_duck = true;
    CHECK(to_json(info).dump().ends_with(
        R"("cluster":"C","connect_urls":["h:1","h:2"],"ldm":true})"));
  }

  TEST_CASE("the INFO of a real 2.15.1 route is understood") {
    const auto info = read_server_info(
        R"({"server_id":"NX","server_name":"A","version":"2.15.1","proto":3,"go":"go1.27.2",)"
        R"("host":"127.0.0.1","port":14321,"headers":true,"auth_required":true,)"
        R"("max_payload":1048576,"nonce":"d6ki1NIbOGL8EIY","cluster":"X",)"
        R"("connect_urls":["127.0.0.1:14320"],"compression":"accept","lnoc":true,"lnocu":true,)"
        R"("ln":true,"route_pool_size":3,"import":{"allow":["a.>"],"deny":["b"]}} )");
    REQUIRE(info);
    CHECK(info->proto == 3);
    CHECK(info->route_pool_size == 3);
    CHECK(info->connect_urls == std::vector<std::string>{"127.0.0.1:14320"});
    CHECK(info->import_permissions->allow == std::vector<std::string>{"a.>"});
    CHECK_FALSE(info->export_permissions);
    CHECK(*read_server_info(to_json(*info).dump()) == *info);
  }

  TEST_CASE("a field of the wrong kind is an error, a null or unknown one is not") {
    CHECK_FALSE(read_server_info(R"({"port":"4222"})"));
    CHECK_FALSE(read_server_info(R"({"port":99999999999})"));
    CHECK_FALSE(read_server_info(R"({"connect_urls":[1]})"));
    CHECK_FALSE(read_server_info(R"([])"));
    CHECK_FALSE(read_server_info(R"({"port":)"));
    CHECK(read_server_info(R"({"port":null,"new_in_3":{}})"));
  }

  TEST_CASE("a client that says nothing is verbose, pedantic and hears its own echo") {
    const auto connect = read_client_connect("{}");
    REQUIRE(connect);
    CHECK(connect->verbose);
    CHECK(connect->pedantic);
    CHECK(connect->echo);
    CHECK_FALSE(connect->headers);
  }

  TEST_CASE("a second CONNECT changes only what it names") {
    const auto first = read_client_connect(R"({"verbose":false,"name":"one","Headers":true})");
    REQUIRE(first);
    CHECK(first->headers);
    const auto second = read_client_connect(R"({"name":"two"})", *first);
    REQUIRE(second);
    CHECK_FALSE(second->verbose);
    CHECK(second->name == "two");
    CHECK_FALSE(read_client_connect(R"({"verbose":"no"})"));
  }

  TEST_CASE("CONNECT of a dialling server reads as real servers write it") {
    RouteConnect connect;
    connect.user = "u";
    connect.pass = "p";
    connect.name = "NID";
    connect.cluster = "X";
    connect.cluster_dynamic = true;
    connect.lnoc = true;
    CHECK(to_json(connect).dump() ==
          R"({"echo":true,"verbose":false,"pedantic":false,"user":"u","pass":"p",)"
          R"("tls_required":false,"headers":true,"name":"NID","cluster":"X",)"
          R"("cluster_dynamic":true,"lnoc":true})");
    CHECK(read_route_connect(to_json(connect).dump())->cluster_dynamic);
  }
}
