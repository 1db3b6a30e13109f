#pragma once

#include "plan/plan.h"
#include "playbook/step.h"

#include <string>
#include <vector>

// Pieces of the commands that a runbook shows. Pure.
namespace actions {

using Lines = std::vector<std::string>;

// The node of a step; nullptr when it has none.
const plan::Node* node_by_hand(const plan::Plan& plan, const playbook::Step& step);

// The text as one word of a shell: 'it''s' where needed.
std::string quoted(const std::string& text);

// Whether the release takes the node's conf.
std::string try_conf_by_hand(const plan::Release& release, const plan::Node& node);

// "kill -USR2 $(cat a.pid)", or by the port it listens on.
std::string kill_by_hand(const plan::Node& node, const std::string& signal);

// "DIR/current/nats-server -c a.conf >> DIR/server.log 2>&1 < /dev/null &", in a session of its
// own.
std::string start_by_hand(const plan::Plan& plan, const plan::Node& node);

// Copies the release to its place beside the others.
Lines stage_by_hand(const plan::Release& release, const plan::Node& node);

// With Kubernetes: the next Pods of the node's StatefulSet have that image, and only those that
// somebody deletes are made anew.
std::string template_by_hand(const plan::Node& node, const std::string& image);

// With Kubernetes: which image the node's Pod has.
std::string image_by_hand(const plan::Node& node);

// A temporary node in a Pod of its own, out of the conf that lies here as its file's name; and its
// end.
Lines temporary_pod_by_hand(const plan::Release& release, const plan::Node& node);
Lines remove_temporary_pod_by_hand(const plan::Node& node);

// Makes it the active one.
std::string activate_by_hand(const std::string& version, const plan::Node& node);

// Asks for one of its monitoring answers: with curl, or with the nats CLI as a user of the system
// account.
std::string curl(const plan::Node& node, const std::string& path);

}  // namespace actions
