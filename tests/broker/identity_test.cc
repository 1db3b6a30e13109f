#include "broker/server/identity.h"

#include "contract/nkey.h"

#include <doctest/doctest.h>

using namespace broker;

TEST_SUITE("broker: server identity") {
  TEST_CASE("a server id is shaped like an nkey of a server, and new each time") {
    const std::string id = make_server_id();
    CHECK(id.size() == 56);
    CHECK(id[0] == 'N');
    CHECK(contract::is_nkey(id, contract::NkeyKind::server));
    CHECK(make_server_id() != id);
  }
}
