#pragma once

#include "base/result.h"
#include "contract/conf_value.h"
#include "plan/plan.h"

#include <string>
#include <vector>

// What a server was told: its conf file with its arguments laid over it, as one tree.
namespace gates {

// The flags that have a key in the conf, as that key. Both dash forms, "-p 4222" and "-p=4222";
// flags that say nothing of a conf (-D, -l ...) are passed over.
//   -p 4222 --user a --pass s --cluster nats://127.0.0.1:6222
//   port: 4222, authorization { user: a, password: s }, cluster { listen: "127.0.0.1:6222" }
// Source: nats-server server/opts.go, ConfigureOptions.
contract::ConfValue conf_of_args(const std::vector<std::string>& args);

// Reads the file (the plan's, or the one after -c) with its includes and variables.
base::Result<contract::ConfValue> server_conf(const plan::Node& node);

// Where the conf of the temporary node lies while it runs.
plan::fs::path temp_conf_file(const plan::TempNode& temp);

}  // namespace gates
