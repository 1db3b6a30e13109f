#pragma once

#include "base/json.h"
#include "plan/plan.h"
#include "playbook/outlook.h"
#include "playbook/playbook.h"

#include <string>

// What is going to happen, for people and programs, before it does: `natsctl plan -o …`. Pure.
namespace playbook {

// For a terminal: the steps, each with what it waits for, how long it takes and where the clients
// are then.
std::string to_text(const plan::Plan& plan, const Outlook& outlook);

// The same for a ticket or a pull request.
std::string to_markdown(const plan::Plan& plan, const Outlook& outlook);

// The steps as they are stored, and the forecast beside them.
base::Json to_json(const plan::Plan& plan, const Outlook& outlook);

// For Graphviz: a box a step, a cluster of boxes a node.
std::string to_dot(const plan::Plan& plan, const Outlook& outlook);

}  // namespace playbook
