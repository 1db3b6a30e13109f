#pragma once

#include "gates/condition.h"

#include <string>
#include <vector>

// What the files of conditions share: whom they judge, and how a reading is made.
namespace gates {

// A sample that may be judged, or the reason why there is none: "not looked at yet", "connection
// refused", "last seen 4s ago". A sample that may be judged has a varz.
struct Seen {
  const watch::Sample* sample = nullptr;
  std::string missing;

  explicit operator bool() const { return sample != nullptr; }
};

Seen seen(const Scene& scene, const std::string& node);

// The node of the step, or every member (see conditions.h).
std::vector<const plan::Node*> subjects(const Scene& scene);

// Every member of every cluster, and the temporary node while it is expected.
std::vector<const plan::Node*> whole_mesh(const Scene& scene);

// Those of them that are in the node's cluster: with routes to each other, and clients in common.
std::vector<const plan::Node*> mesh_of(const Scene& scene, const std::string& node);

// Of a member that was just started no silent one is asked: it serves, and would be stopped once
// more for what is not its fault, and then two were down. Of the silent one the next gate asks,
// before another member is touched. One that is silent for a moment only is back in the next look,
// and a gate holds over many.
bool is_another_s_question(const Scene& scene, const std::string& node);

// The whole mesh without those.
std::vector<const plan::Node*> mesh_to_come_back_to(const Scene& scene);

// Builds the readings of one condition, node after node.
class Readings {
 public:
  explicit Readings(std::string condition) : condition_(std::move(condition)) {}

  void green(const std::string& node, const std::string& what);
  void red(const std::string& node, const std::string& what, const std::string& wanted);
  void unknown(const std::string& node, const std::string& what, const std::string& wanted);
  void add(const std::string& node, bool good, const std::string& what, const std::string& wanted);

  std::size_t size() const { return list_.size(); }

  std::vector<Reading> done() { return std::move(list_); }

 private:
  std::string condition_;
  std::vector<Reading> list_;
};

// "A, C"; "nothing" when empty
std::string list_of(const std::vector<std::string>& names);

// How many of so many clients are to be there. Clients come and go by themselves too: one of ten
// may be missing, and one in any case. Who it is, is told by what made them move.
int clients_wanted(int before);

// Each theme's rows, put together in conditions.cc.
std::vector<Condition> identity_conditions();         // identity.cc
std::vector<Condition> mesh_conditions();             // mesh.cc
std::vector<Condition> route_conditions();            // routes.cc
std::vector<Condition> link_conditions();             // links.cc
std::vector<Condition> client_conditions();           // clients.cc
std::vector<Condition> room_conditions();             // room.cc
std::vector<Condition> temp_node_conditions();        // temp_node.cc
std::vector<Condition> user_conditions();             // same_users.cc
std::vector<Condition> settled_conditions();          // settled.cc
std::vector<Condition> refusal_conditions();          // refused.cc
std::vector<Condition> jetstream_meta_conditions();   // jetstream_meta.cc
std::vector<Condition> jetstream_group_conditions();  // jetstream_groups.cc
std::vector<Condition> jetstream_data_conditions();   // jetstream_data.cc
std::vector<Condition> jetstream_stop_conditions();   // jetstream_stop.cc

// Whether a node has its gateways (links.cc); nothing is added for one that has and had none.
void judge_gateways(Readings& readings, const Scene& scene, const plan::Node& node);

// The members that a node's routes lack, by name, out of `wanted`; a route to a member's former
// process is none. Used by mesh and temp_node.
std::vector<std::string> missing_routes(const Scene& scene,
                                        const watch::Sample& from,
                                        const std::vector<const plan::Node*>& wanted);

}  // namespace gates
