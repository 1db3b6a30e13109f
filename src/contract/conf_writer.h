#pragma once

#include "contract/conf_value.h"

#include <string>

namespace contract {

// The tree as a configuration file that reads back as the same tree, by us and by nats-server:
//
//   listen: "127.0.0.1:4222"
//   cluster {
//     name: "orders"
//     routes: [ "nats://a:6222", "nats://b:6222" ]
//   }
//
// Variables are written as the values they stood for, includes as what they included.
std::string write_conf(const ConfValue& map);

}  // namespace contract
