#pragma once

#include "contract/conf_value.h"

#include <string>
#include <vector>

// Each server keeps its own users and permissions. A server that offers others rejects clients that
// come to it, or gives them what they should not have; so they are compared before a new one is let
// in.
namespace gates {

// The keys of a conf that decide who may do what.
const std::vector<std::string>& access_keys();

// What differs between the two confs in who may do what, in words, without secrets: "user 'bob' has
// other permissions", "accounts differ". The order of users and of subjects, and nats-server's
// several spellings of a key, make no difference; neither do the files of TLS, which belong to a
// machine. Empty: the same.
std::vector<std::string> access_differences(const contract::ConfValue& a,
                                            const contract::ConfValue& b);

}  // namespace gates
